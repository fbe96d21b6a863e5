"""What the form and the rules find wrong is told in one refusal."""

from __future__ import annotations

from app.cases.guards import Hit, told_with


def _hit(code: str, field: str | None) -> Hit:
    return {"code": code, "field": field, "message": "规则", "clause": "A3"}


def test_fields_that_the_rules_find_join_those_of_the_form() -> None:
    rules = [_hit("invalid", "applied_by"), _hit("not_eligible", "months"), _hit("invalid", None)]

    refusal = told_with({"phone": "表单"}, lambda: rules)

    assert refusal.fields == {"phone": "表单", "applied_by": "规则"}


def test_a_rule_says_nothing_of_a_field_that_the_form_named_from_within_or_without() -> None:
    rules = [_hit("invalid", "witnesses"), _hit("invalid", "household.size"), _hit("invalid", "house")]

    refusal = told_with({"witnesses.1.phone": "表单", "household": "表单"}, lambda: rules)

    assert set(refusal.fields) == {"witnesses.1.phone", "household", "house"}


def test_rules_that_cannot_answer_leave_what_the_form_says() -> None:
    def rules() -> list[Hit]:
        raise TypeError("null")

    assert told_with({"phone": "表单"}, rules).fields == {"phone": "表单"}
