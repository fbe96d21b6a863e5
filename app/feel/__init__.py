"""FEEL and DMN: the language of rules. `compile(text).evaluate(context)`, `dmn.load(xml).decide(name, context)`."""

from app.feel import dmn
from app.feel.budget import Budget
from app.feel.diagnostics import Checked, Diagnostic, Inferred, Read, Unknown
from app.feel.errors import (
    BudgetError,
    ClockError,
    DmnError,
    FeelError,
    FeelNameError,
    FeelSyntaxError,
    FeelValueError,
)
from app.feel.expression import Expression, UnaryTests, compile, compile_unary
from app.feel.inference import check, infer
from app.feel.parser import parse, parse_unary
from app.feel.printer import unparse
from app.feel.records import Recorder, Replay, plain
from app.feel.shapes import Shape
from app.feel.typed import canonical, decode, encode
from app.feel.values import Function, Range, YearsMonths

__all__ = [
    "Budget",
    "BudgetError",
    "Checked",
    "ClockError",
    "Diagnostic",
    "DmnError",
    "Expression",
    "FeelError",
    "FeelNameError",
    "FeelSyntaxError",
    "FeelValueError",
    "Function",
    "Inferred",
    "Range",
    "Read",
    "Recorder",
    "Replay",
    "Shape",
    "UnaryTests",
    "Unknown",
    "YearsMonths",
    "canonical",
    "check",
    "compile",
    "compile_unary",
    "decode",
    "dmn",
    "encode",
    "infer",
    "parse",
    "parse_unary",
    "plain",
    "unparse",
]
