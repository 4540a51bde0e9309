"""Expression campaign: random templates, many of them hostile; none may escape, hang, or end in anything but a value.

Each template is grown from the grammar of the language, or is such a one with characters changed. Checked for each:
compiling and rendering end, in time; every place lies in the text; what is refused is refused by a diagnostic; what is
yielded is JSON data; and no text of a result or message shows a Python object.
"""

from __future__ import annotations

import random
import re
import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from flujo.core.errors import TemplateError
from flujo.core.spans import Path, Place, Source, Span
from flujo.core.values import check
from flujo.expressions import Budget, MappingNames, compile_template
from flujo.expressions.calls import ALL_TESTS, BY_NAME
from flujo.expressions.filters import FILTERS
from flujo.expressions.methods import METHODS
from flujo.expressions.program import _cached

SECONDS = 1.0
"""Processor time after which a template counts as hanging."""
MEGABYTES = 64
"""How far a template may raise the most memory this process ever had; in a process of its own that is what it takes."""

DATA: dict[str, Any] = {
    "input": {
        "a": [3, 1, 2],
        "t": "Hello <b> 42",
        "n": None,
        "d": {"a": {"b": 1}},
        "rows": [{"k": 1, "a": "x"}, {"k": 2, "a": "y"}],
        "big": "word " * 20_000,
        "long": list(range(5_000)),
    },
    "steps": {"x": {"output": {"a": [1, [2]]}}},
    "item": {"a": 1.5},
    "loop": {"index": 3},
    "secrets": {"K": "s"},
    "run": {"id": "r"},
    "previous": -7,
}
FORMS: dict[str, str] = {
    "number": (
        "0;1;2;-1;2.5;3;1e308;10 ** 9;9 ** 99;previous;loop.index;item.a;input.a[0];random();@number + @number;"
        "@number - @number;@number * @number;@number / @number;@number // @number;@number % @number;@number ** 2;"
        "@number ** @number;-@number;@list | length;@text | length;@list | sum;@number | round(@number);"
        "@number | abs;@text | int;@text | float(0);@text.count(@text);@text.find(@text);input.a | max;"
        "@text | wordcount;input.rows | sum(attribute='k');@number if @boolean else @number;@list[@number]"
    ),
    "text": (
        "'';'a';'é😀';'%s';input.t;run.id;input.big;secrets.K;input.rows[0].a;now();uuid();'a' * @number;"
        "@text ~ @any;@text + @text;@text | upper;@text | lower;@text | title;@text | capitalize;"
        "@text | trim(@text);@text | replace(@text, @text);@text | center(@number);@text | indent(@number);"
        "@text | truncate(@number);@text | wordwrap(@number);@text | striptags;@any | escape;@any | tojson;"
        "@any | tojson(indent=2);@any | string;@any | hash;@text | b64encode;@text | urlencode;"
        "@list | join(@text);@text | regex_search('[a-z]+');@text[@number:];"
        "@text | regex_replace('(a|l)+', @text);@number | date;@text.upper();@text.strip(@text);"
        "@text.replace(@text, @text);@text.join(@list);@text | reverse;@text if @boolean else @text;@text[0];"
        "@list | to_csv;@text | b64decode;@any | to_yaml;'[x, ' * @number;'a: &a [' ~ @text ~ ']\nb: [*a, *a]';"
        "'- ' * @number;'&a ' ~ @text;'!!' ~ @text;'{' ~ @text ~ ': ' ~ @text ~ '}';@text | indent(@number, true);"
        "@text | wordwrap(@number, true, @text);@text | truncate(@number, true, @text, @number);@text * @number"
    ),
    "list": (
        "[];[1, 2];['b', 'a'];input.a;input.rows;input.long;range(50);range(@number);[@any, @any];@list + @list;"
        "@list * @number;@list[@number:@number];@list | sort;@list | reverse;@list | unique;"
        "@list | map('string');@list | map('upper');@list | select;@list | reject('odd');"
        "@list | select('number');@list | batch(@number);@list | slice(@number);@mapping | items;@mapping.keys();"
        "@mapping | dictsort;@text.split();@text.split(@text);@text | split(',');input.rows | groupby('k');"
        "input.rows | selectattr('k', 'gt', @number);@text | list;input.rows | map(attribute='a');"
        "@list | map(attribute='zz', default=@any);@text | parse_csv;"
        "[@list] * @number;@list | batch(@number, @any);@list | slice(@number, @any);@list | sort(reverse=@boolean);"
        "range(@number, @number, @number);@list | groupby(@text);@list | unique(@boolean);@list | sum(start=@list);"
        "@list if @boolean else @list"
    ),
    "mapping": (
        "{};{'k': 1};input;input.d;input.rows[0];{'a': @any};{'a': @any, @text: @any};@mapping if @boolean else {}"
    ),
    "boolean": (
        "true;false;@any == @any;@any != @any;@number < @number;@text >= @text;@any in @list;@text in @text;"
        "@boolean and @boolean;@boolean or @any;not @any;@any is defined;@any is string;@number is odd;"
        "@any is mapping;@number is divisibleby @number;@text.startswith(@text);@text in @mapping;"
        "@text | regex_search(@text) is none"
    ),
    "any": (
        "none;input.n;x | default(@any);@number;@text;@list;@mapping;@boolean;@mapping.a;@mapping[@text];"
        "@list | first;@list | last | default(0);@text | fromjson;@text | from_yaml;"
        "@any | to_yaml | from_yaml;@mapping.get(@text, @any);"
        "input.zz | default(@any);steps.x.output.a[1]"
    ),
    "hostile": (
        "''.__class__;input['__class__'];().__mro__;'{0.__class__}'.format(1);input | attr('x');"
        "range.__globals__;cycler;self;lipsum();namespace();[].append(1);x.y()();'a' * 10 ** 9;range(10 ** 9);"
        "unheard;input.zz;@any | @filter;@any | @filter(@any);@any is @test;@any.@method(@any);"
        "@any | map('@filter');@any + @any;"
        "input.big | regex_search(@text);input.big | regex_replace(@text, @text);'(a*)*b' ~ @text;input.big * @number;"
        "[[input.big] * 99] * @number;input.long | join(input.big);input.big | replace('', input.big);"
        "'%s' % @any;@any | date(@text);config;request;[c for c in @list];lambda: 1;@text.format_map(@any);"
        "input.big | center(@number);2 ** 2 ** @number;@any | @filter(@any, @any, @any);@any | tojson(indent=@number);"
        "@any ** @any;@any[@any]"
    ),
}
"""Expressions by what they yield, `;` between them; `@TYPE` stands for another one."""
TYPES = ("number", "text", "list", "mapping", "boolean", "any")
CHOICES = {kind: tuple(forms.split(";")) for kind, forms in FORMS.items()}
CHOICES |= {"filter": (*FILTERS, *BY_NAME), "test": ALL_TESTS, "method": tuple(METHODS)}
LEAVES = {kind: tuple(form for form in forms if "@" not in form) for kind, forms in CHOICES.items()}
HOLE = re.compile("@([a-z]+)")
NOISE = "{}%#()[]'\"|.,-~ \n\r\\aé\x00"
LEAKS = ("<class", "<function", "<built-in", "<bound", "object at 0x", "Traceback", "jinja2", "Undefined", "<flujo")


class Names(MappingNames):
    """The names of the campaign, with functions."""

    def call(self, function: str) -> Any:
        """Return a value of the function's type."""
        return 0.5 if function == "random" else "2026-11-21T09:30:00Z"


NAMES = Names(DATA)


class Grammar:
    """Grows templates from a seed."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def expression(self, kind: str, depth: int) -> str:
        """Return an expression of at most `depth` levels, mostly of the kind asked for."""
        chance = self.chance
        if kind in TYPES and chance.random() < 0.06:
            kind = chance.choice((*TYPES, "hostile"))
        form = chance.choice((LEAVES if depth <= 0 else CHOICES)[kind] or CHOICES[kind])
        if "@" not in form or kind in ("filter", "test", "method"):
            return form
        return "(" + HOLE.sub(lambda hole: self.expression(hole[1], depth - 1 - chance.randrange(2)), form) + ")"

    def text(self, depth: int) -> str:
        """Return a text with statements in it."""
        if depth <= 0:
            return "{{ " + self.expression("any", 3) + " }}"
        rest, more = self.text(depth - 1), self.text(depth - 1)
        a, b = self.expression("any", 2), self.expression("boolean", 2)
        forms = (
            "{% for x in " + self.expression("list", 2) + " %}" + rest + "{% else %}" + more + "{% endfor %}",
            "{% for x, y in ("
            + self.expression("mapping", 2)
            + ").items() %}{{ loop.index ~ x }}"
            + rest
            + "{% endfor %}",
            "{% if " + b + " %}" + rest + "{% elif " + a + " %}" + more + "{% endif %}",
            "{% set x = " + a + " %}" + rest,
            "{% set y %}" + rest + "{% endset %}{{ y }}{{ y | length }}",
            "t {{- " + a + " -}} é\r\n{# c #}" + rest,
        )
        return self.chance.choice(forms)

    def template(self) -> str:
        """Return a template; every eighth has some characters changed."""
        chance = self.chance
        text = "{{ " + self.expression("any", 4) + " }}" if chance.random() < 0.5 else self.text(3)
        if chance.random() < 0.125:
            characters = list(text)
            for _ in range(chance.randrange(1, 4)):
                characters[chance.randrange(len(characters))] = chance.choice(NOISE)
            text = "".join(characters)
        return text


@dataclass
class Tally:
    """What a campaign found."""

    templates: int = 0
    rendered: int = 0
    refused: int = 0
    failed: int = 0
    faults: int = 0
    slowest: float = 0.0
    megabytes: float = 0.0
    codes: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether every promise held."""
        return not self.faults

    def table(self) -> str:
        """Return the figures as a Markdown table."""
        cells = [
            self.templates,
            self.rendered,
            self.refused,
            self.failed,
            f"{self.slowest:.2f}",
            f"{self.megabytes:.0f}",
        ]
        return (
            "| templates | rendered | refused early | refused at run time | slowest (s) | memory (MB) | faults |\n"
            "|--:|--:|--:|--:|--:|--:|--:|\n|" + "|".join(f" {cell} " for cell in (*cells, self.faults)) + "|"
        )

    def fault(self, text: str, what: str) -> None:
        """Note a promise that did not hold."""
        self.faults += 1
        self.notes.append(f"{what}: {text!r}")


def run(count: int, seed: int) -> Tally:
    """Try `count` templates grown from `seed`."""
    tally = Tally()
    grammar = Grammar(random.Random(seed))
    base = _most_memory()
    for number in range(count):
        if number % 500 == 0:
            _cached.cache_clear()  # what compiled texts take is not what one template takes
        text = grammar.template()
        started = time.process_time()
        try:
            _one(text, tally)
        except Exception as error:  # whatever comes out here is what the campaign looks for
            tally.fault(text, f"{type(error).__name__}: {error}")
        seconds, megabytes = time.process_time() - started, _most_memory() - base
        tally.slowest, tally.megabytes = max(tally.slowest, seconds), max(tally.megabytes, megabytes)
        if seconds > SECONDS:
            tally.fault(text, f"took {seconds:.1f} s")
        if megabytes > MEGABYTES:
            tally.fault(text, f"took {megabytes:.0f} MB")
            base += megabytes
    return tally


def _most_memory() -> float:
    """Return the most memory in MB that this process ever had."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 1024


def _one(text: str, tally: Tally) -> None:
    tally.templates += 1
    source = Source("template", text)

    def locate(path: Path, start: int, end: int) -> Place:
        assert 0 <= start <= end <= len(text), (start, end)
        return Place(source, Span(start, end))

    template, diagnostics = compile_template(text, locate)
    for item in diagnostics:
        tally.codes[item.code] += 1
        _show(text, f"{item.message} {item.help}", tally)
    if template is None:
        tally.refused += 1
        assert diagnostics, "refused without a word"
        return
    for read in template.reads:
        assert 0 <= read.start < read.end <= len(text), read
    budget = Budget()
    try:
        value = template.render(NAMES, budget)
    except TemplateError as error:
        tally.failed += 1
        tally.codes[error.diagnostic.code] += 1
        _show(text, f"{error} {error.diagnostic.help}", tally)
        assert error.diagnostic.place is not None
        return
    tally.rendered += 1
    assert budget.steps <= budget.max_steps
    check(value)
    _show(text, str(value), tally)


def _show(text: str, shown: str, tally: Tally) -> None:
    for leak in LEAKS:
        if leak in shown and leak not in text:
            tally.fault(text, f"shows `{leak}`")
