"""The expression language: text to checked syntax tree to value; pure, total, bounded."""

from flujo.expressions.budget import Budget
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
    "Budget",
    "CompiledTemplate",
    "Locate",
    "MappingNames",
    "Read",
    "check_boolean",
    "compile_condition",
    "compile_expression",
    "compile_template",
    "evaluate",
    "no_place",
    "sealed",
]
