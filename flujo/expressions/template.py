"""A value with templates in it, compiled: what the rest of flujo holds and renders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from flujo.core.diagnostics import Diagnostic
from flujo.core.errors import TemplateError
from flujo.core.graph import Names, Ref
from flujo.core.record import dataclass
from flujo.core.spans import Path, Place
from flujo.core.values import JsonValue, a_type, type_name
from flujo.expressions.budget import Budget
from flujo.expressions.faults import Fault, Problem
from flujo.expressions.program import Program, compile_text
from flujo.expressions.references import NO_ALIASES, Aliases, Spelling
from flujo.expressions.scan import has_syntax

Locate = Callable[[Path, int, int], Place | None]
"""Maps a path inside the value, and start and end offset inside that scalar's text, to a place in the file."""


def no_place(path: Path, start: int, end: int) -> Place | None:
    """Return no place: for values that stand in no file."""
    return None


@dataclass(frozen=True, slots=True)
class Read:
    """One read of a name: `steps.a.output.b[0]` has the ref ("steps", "a", "output") and the tail ("b", 0).

    `start` and `end` are offsets inside the scalar at the path `at`; `guarded` reads may find nothing there.
    `spelling` says what was written, where that is not the name itself.
    """

    ref: Ref
    tail: tuple[str | int, ...]
    at: Path
    start: int
    end: int
    guarded: bool
    spelling: Spelling | None = None


Render = Callable[[Names, Budget], JsonValue]


@dataclass(frozen=True, slots=True)
class CompiledTemplate:
    """A compiled value: renders to a value of the same shape with its templates replaced by what they yield."""

    source: JsonValue
    reads: tuple[Read, ...]
    refs: frozenset[Ref]
    functions: frozenset[str]
    is_constant: bool
    _render: Render = field(repr=False, compare=False)
    _direct: Ref | None = field(default=None, repr=False, compare=False)

    def render(self, names: Names, budget: Budget | None = None) -> JsonValue:
        """Return the value; raise TemplateError with the place of the fault."""
        if self.is_constant:
            return self.source
        if self._direct is not None:
            try:
                return names.get(self._direct)
            except LookupError:
                pass  # the long way says what is undefined, and where
        return self._render(names, budget or Budget())

    def reveal(self, shown: JsonValue, names: Names) -> tuple[JsonValue, list[JsonValue]]:
        """Return what was rendered as it is: there are no secrets in it."""
        return shown, []

    @property
    def is_direct(self) -> bool:
        """Whether the value is one name and nothing else."""
        return self._direct is not None


def compile_template(
    value: JsonValue,
    locate: Locate = no_place,
    *,
    local_names: frozenset[str] = frozenset(),
    aliases: Aliases = NO_ALIASES,
) -> tuple[CompiledTemplate | None, list[Diagnostic]]:
    """Compile a value: text with templates, or a list or mapping with such text in it; keys are never templates.

    `local_names` are names that are there besides those of the language, each a reference of its own; `aliases` other
    spellings of names.
    """
    return _Compiler(locate, local_names, aliases).template(value)


def compile_condition(
    value: JsonValue,
    locate: Locate = no_place,
    *,
    local_names: frozenset[str] = frozenset(),
    aliases: Aliases = NO_ALIASES,
) -> tuple[CompiledTemplate | None, list[Diagnostic]]:
    """Compile a condition: true, false, a template, or a bare expression without `{{ }}`."""
    compiler = _Compiler(locate, local_names, aliases)
    if type(value) is bool:
        return compiler.template(value)
    if type(value) is not str:
        place = locate((), 0, 0)
        message = f"a condition is an expression, not {a_type(value)}"
        help = "write for example `{{ input.flag == 'yes' }}`"
        return None, [Diagnostic("FLJ0407", message, place, help)]
    return compiler.template(value, bare=not has_syntax(value))


def compile_expression(text: str, names: frozenset[str]) -> CompiledTemplate:
    """Compile a bare expression that may use the given names only; raise TemplateError."""
    program = compile_text(text, bare=True, only=names)
    if program.problems:
        raise _error(program.problems[0], (), no_place)
    return _Compiler(no_place, frozenset(), NO_ALIASES).finished(text, [((), program)], _leaf(program, (), no_place))


def check_boolean(value: JsonValue, place: Place | None = None, path: Path = ()) -> bool:
    """Return what a condition yielded, if it is true or false; raise TemplateError."""
    if type(value) is bool:
        return value
    help = "compare explicitly, for example `input.flag == 'yes'`"
    if type(value) is str and value.strip().lower() in ("true", "false", "yes", "no"):
        help = f"this is the text `{value.strip()}`: compare it, for example `... == '{value.strip()}'`"
    raise TemplateError(
        "FLJ0407",
        f"the condition yields {_described(value)} instead of true or false",
        help=help,
        place=place,
        path=path,
    )


def _described(value: JsonValue) -> str:
    name = type_name(value)
    return name if name in ("text", "null") else f"{'an' if name == 'integer' else 'a'} {name}"


class MappingNames:
    """Names over a plain mapping: `("input",)` is its key `input`, `("run", "id")` is `id` inside `run`."""

    __slots__ = ("values",)

    def __init__(self, values: Mapping[str, JsonValue]) -> None:
        self.values = values

    def get(self, ref: Ref) -> JsonValue:
        """Return the value of a reference; raise LookupError when there is none."""
        value: Any = self.values
        for part in ref:
            if not isinstance(value, Mapping):
                raise LookupError(ref)
            value = value[part]
        return value

    def call(self, function: str) -> JsonValue:
        """Raise LookupError: a mapping has no functions."""
        raise LookupError(function)


def evaluate(template: CompiledTemplate, mapping: Mapping[str, JsonValue]) -> JsonValue:
    """Return a template's value over a plain mapping; raise TemplateError."""
    return template.render(MappingNames(mapping))


def _error(problem: Problem, path: Path, locate: Locate) -> TemplateError:
    place = locate(path, *problem.at)
    return TemplateError(problem.code, problem.message, help=problem.help, place=place, path=path)


def _leaf(program: Program, path: Path, locate: Locate) -> Render:
    def run(names: Names, budget: Budget) -> JsonValue:
        try:
            return program.run(names, budget)
        except Fault as fault:
            raise _error(fault.problem((0, len(program.text))), path, locate) from None

    return run


class _Compiler:
    """Compiles one value; collects the programs of its texts and what is wrong with them."""

    def __init__(self, locate: Locate, local_names: frozenset[str], aliases: Aliases) -> None:
        self.locate = locate
        self.local_names = local_names
        self.aliases = aliases
        self.programs: list[tuple[Path, Program]] = []
        self.diagnostics: list[Diagnostic] = []

    def template(self, value: JsonValue, bare: bool = False) -> tuple[CompiledTemplate | None, list[Diagnostic]]:
        """Return the compiled value, or what is wrong with it."""
        render = self.text(value, (), bare) if bare else self.part(value, ())
        if self.diagnostics:
            return None, self.diagnostics
        return self.finished(value, self.programs, render), []

    def finished(
        self, value: JsonValue, programs: list[tuple[Path, Program]], render: Render | None
    ) -> CompiledTemplate:
        """Return the template of a value whose texts are compiled."""
        reads = tuple(
            Read(read.ref, read.tail, path, *read.at, read.guarded, read.spelling)
            for path, program in programs
            for read in program.reads
        )
        direct = programs[0][1].direct if len(programs) == 1 and type(value) is str else None
        return CompiledTemplate(
            value,
            reads,
            frozenset(read.ref for read in reads),
            frozenset().union(*(program.functions for _, program in programs)),
            render is None,
            render or (lambda names, budget: value),
            direct,
        )

    def part(self, value: JsonValue, path: Path) -> Render | None:
        """Return how a part of the value renders; None for one without templates."""
        if type(value) is str:
            return self.text(value, path, bare=False) if has_syntax(value) else None
        if type(value) is list:
            return _list_render(value, [self.part(item, (*path, place)) for place, item in enumerate(value)])
        if type(value) is dict:
            return _dict_render(value, {key: self.part(item, (*path, key)) for key, item in value.items()})
        return None

    def text(self, text: str, path: Path, bare: bool) -> Render:
        """Return how a text renders; what is wrong with it becomes diagnostics."""
        program = compile_text(text, bare, self.local_names, aliases=self.aliases)
        for problem in program.problems:
            place = self.locate(path, *problem.at)
            self.diagnostics.append(Diagnostic(problem.code, problem.message, place, problem.help, path=path))
        self.programs.append((path, program))
        return _leaf(program, path, self.locate)


def _list_render(value: list[JsonValue], parts: list[Render | None]) -> Render | None:
    if not any(parts):
        return None
    pairs = list(zip(value, parts, strict=True))
    return lambda names, budget: [item if part is None else part(names, budget) for item, part in pairs]


def _dict_render(value: dict[str, JsonValue], parts: dict[str, Render | None]) -> Render | None:
    if not any(parts.values()):
        return None
    triples = [(key, item, parts[key]) for key, item in value.items()]
    return lambda names, budget: {key: item if part is None else part(names, budget) for key, item, part in triples}
