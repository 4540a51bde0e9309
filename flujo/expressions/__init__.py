"""The expression language: text to checked syntax tree to value; pure, total, bounded."""

from flujo.expressions.budget import Budget
from flujo.expressions.references import Aliases, Spelling
from flujo.expressions.scan import has_syntax
from flujo.expressions.sealing import sealed
from flujo.expressions.template import (
    CompiledTemplate,
    Locate,
    MappingNames,
    Read,
    check_boolean,
    compile_condition,
    compile_expression,
    compile_template,
    evaluate,
    no_place,
)

__all__ = [
    "Aliases",
    "Budget",
    "CompiledTemplate",
    "Locate",
    "MappingNames",
    "Read",
    "Spelling",
    "check_boolean",
    "compile_condition",
    "compile_expression",
    "compile_template",
    "evaluate",
    "has_syntax",
    "no_place",
    "sealed",
]
