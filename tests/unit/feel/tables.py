"""Decision tables for tests, as XML."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

MODEL = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" namespace="n" name="m">{}</definitions>'


def model(*elements: str) -> str:
    return MODEL.format("".join(elements))


def decision(name: str, body: str, needs: Sequence[str] = (), type_name: str = "") -> str:
    variable = f'<variable name={quoteattr(name)} typeRef="{type_name}"/>' if type_name else ""
    required = "".join(
        f'<informationRequirement><requiredDecision href="#{need}"/></informationRequirement>' for need in needs
    )
    return f"<decision id={quoteattr(name)} name={quoteattr(name)}>{variable}{required}{body}</decision>"


def literal(text: str) -> str:
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def table(
    policy: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    rows: Sequence[str],
    aggregation: str = "",
) -> str:
    """Inputs and outputs are `name: type = allowed values`, rows `cell | cell -> output | output // annotation`."""
    parts = [f'<decisionTable hitPolicy="{policy}"' + (f' aggregation="{aggregation}"' if aggregation else "") + ">"]
    for each in inputs:
        name, type_name, allowed = _column(each)
        values = f"<inputValues><text>{escape(allowed)}</text></inputValues>" if allowed else ""
        parts.append(
            f'<input><inputExpression typeRef="{type_name}"><text>{name}</text></inputExpression>{values}</input>'
        )
    for each in outputs:
        name, type_name, allowed = _column(each)
        values = f"<outputValues><text>{escape(allowed)}</text></outputValues>" if allowed else ""
        parts.append(f'<output name="{name}" typeRef="{type_name}">{values}</output>')
    for number, row in enumerate(rows, 1):
        cells, _, note = row.partition(" // ")
        left, _, right = cells.partition(" -> ")
        parts.append(f'<rule id="r{number}">')
        parts += [f"<inputEntry><text>{escape(cell.strip())}</text></inputEntry>" for cell in left.split("|")]
        parts += [f"<outputEntry><text>{escape(cell.strip())}</text></outputEntry>" for cell in right.split("|")]
        parts.append(f"<annotationEntry><text>{escape(note)}</text></annotationEntry></rule>")
    return "".join(parts) + "</decisionTable>"


def _column(text: str) -> tuple[str, str, str]:
    head, _, allowed = text.partition(" = ")
    name, _, type_name = head.partition(": ")
    return name, type_name or "Any", allowed
