"""The shape of `bundle.yaml`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import marshmallow as ma

from app.core import strict_yaml
from app.core import yaml_shapes as shapes
from app.core.priorities import ORDINARY, RANKS
from app.core.said import Said, nearest
from app.definitions.errors import BundleError
from app.definitions.messages import texts
from app.definitions.names import LIBRARY

_KEY, _PATH, _LONG = 64, 120, 500


class _Limit(ma.fields.String):
    """How long: an expression, or a number written as one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return str(value) if type(value) is int else super()._deserialize(value, attr, data, **kwargs)


_DAYS = "应为 1 至 366 的整数，是天数"


class ClockSchema(shapes.Strict):
    """A legal deadline that human tasks name: see `app.calendar`."""

    title = shapes.text(_KEY, required=True)
    clause = shapes.text(_KEY, required=True)
    limit = _Limit(required=True, error_messages={**shapes.MESSAGES, "invalid": "应为天数或 FEEL 表达式，例如 5"})
    unit = shapes.one_of(["working_days", "calendar_days"], load_default="working_days")


class OnceSchema(shapes.Strict):
    """What a person may receive once within the region of this level (A6)."""

    scope = shapes.one_of(["province", "city", "county", "township"], required=True)


_FACT = r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,3}"
_FACT_TOLD = "应写作 assessed.annual_income 这样的名称"


def _fact(**options: Any) -> ma.fields.String:
    return shapes.text(_KEY, validate=shapes.matching(_FACT, _FACT_TOLD), **options)


class TakenColumnSchema(shapes.Strict):
    """A column that an old system fills for an award or a member, and the facts (`case.award.…`) that it gives.

    `choices` are the words that people choose, with what each means; `default` is meant by an empty cell. Where a
    `required` one is empty, nothing is known of the award.
    """

    title = shapes.text(30, required=True)
    facts = shapes.listed(_fact(), required=True)
    type = shapes.one_of(["text", "amount", "day"], load_default="text")
    choices = shapes.keyed(shapes.text(30), shapes.anything(), load_default=None, allow_none=True)
    required = shapes.flag(load_default=False)
    default = shapes.anything(load_default=None, allow_none=True)


class TakenMembersSchema(shapes.Strict):
    """Where the members of the household are kept, each `{name, id_number, relation, birth_date}` and the columns."""

    fact = _fact(required=True)
    columns = shapes.listed(shapes.nested(TakenColumnSchema), load_default=list)


class TakenInstitutionSchema(shapes.Strict):
    """Where the institution that somebody lives in is kept: its name, and the id of its office."""

    name = _fact(required=True)
    office = _fact(required=True)


class TakenOverSchema(shapes.Strict):
    """What awards of this programme bring along from an old system, so that rules go on as if it was decided here.

    The fact `kind` is the award's own kind; `recipient` keeps the entry of the member who is paid.
    """

    columns = shapes.listed(shapes.nested(TakenColumnSchema), load_default=list)
    recipient = _fact(load_default=None, allow_none=True)
    members = shapes.nested(TakenMembersSchema, load_default=None, allow_none=True)
    institution = shapes.nested(TakenInstitutionSchema, load_default=None, allow_none=True)


class QuotaSubsidySchema(shapes.Strict):
    """What a rated institution receives by the month: a twelfth of the year's figure of its stars for each resident.

    Residents are those whom the programmes `residents_of` pay there. `stars` names the figure of each number of stars;
    where the figure `by_days` is 1, days of residence count, else who is there on the first of the month.
    """

    clause = shapes.text(_KEY, required=True)
    residents_of = shapes.listed(shapes.text(_KEY), required=True)
    stars = shapes.keyed(shapes.text(1, validate=shapes.matching("[1-9]", "应为加引号的星数")), shapes.text(_KEY),
                         required=True)  # fmt: skip
    by_days = shapes.text(_KEY, required=True)


class OutreachSchema(shapes.Strict):
    """Who may qualify and has not applied (主动发现): found among those who receive something else.

    `among`: by programme, FEEL that makes of `award` (`case.award` of a process on it) the people to look at, a list of
    `{id_number, name, told}`; `told` says why they are on the list.
    """

    title = shapes.text(_KEY, required=True)
    clause = shapes.text(_KEY, required=True)
    among = shapes.keyed(shapes.text(_KEY), shapes.text(_LONG), required=True)


class PrecheckQuestionSchema(shapes.Strict):
    """Something that people are asked before they apply; without `choices` the answers are yes and no."""

    ask = shapes.text(60, required=True)
    help = shapes.text(_LONG, load_default="")
    choices = shapes.keyed(shapes.text(_KEY), shapes.text(60), load_default=None, allow_none=True)


class PrecheckDocumentSchema(shapes.Strict):
    """Something to bring; with `when` only who is told so by the answers."""

    title = shapes.text(60, required=True)
    when = shapes.text(_LONG, load_default="")


class PrecheckSchema(shapes.Strict):
    """Whom the programme may fit (事先自查), and what to bring.

    `fits` and `when` are FEEL over the answers alone: true, false, a choice, null for what was not answered. A question
    that several programmes ask has the same key everywhere, and is asked once.
    """

    questions = shapes.keyed(
        shapes.text(_KEY, validate=shapes.matching(r"[a-z][a-z0-9_]*", "问题的名称应以小写字母开头")),
        shapes.nested(PrecheckQuestionSchema),
        required=True,
    )
    fits = shapes.text(_LONG, required=True)
    documents = shapes.listed(shapes.nested(PrecheckDocumentSchema), load_default=list)


class _Day(ma.fields.Date):
    """A day, which YAML has read already unless it was quoted."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        return super()._deserialize(value, attr, data, **kwargs)


class ManifestSchema(shapes.Strict):
    """`bundle.yaml` of a bundle folder."""

    programme = shapes.text(
        _KEY,
        required=True,
        validate=[
            shapes.matching(r"[a-z][a-z0-9_]*", "应以小写字母开头，只用小写字母、数字和下划线"),
            ma.validate.NoneOf([LIBRARY], error="letters 是文书库的名称，请换一个"),
        ],
    )
    title = shapes.text(_KEY, required=True)
    region = shapes.text(
        12, required=True, validate=shapes.matching(r"\d{2,12}", "应为 2 到 12 位行政区划代码，并加引号")
    )
    basis = shapes.text(_LONG, required=True)
    summary = ma.fields.String(load_default="", error_messages={**shapes.MESSAGES, "invalid": "应为文字"})
    in_force_from = _Day(
        load_default=None,
        allow_none=True,
        error_messages={**shapes.MESSAGES, "invalid": "应写作 2020-09-09", "format": "应写作 2020-09-09"},
    )
    processes = shapes.keyed(
        shapes.text(_KEY),
        shapes.text(_PATH),
        required=True,
        validate=ma.validate.Length(min=1, error="至少写一个流程"),
    )
    by_office = shapes.flag(load_default=False)
    # Within how many days a second application of the same person is shown as one; none: it never is.
    repeat_days = ma.fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=ma.validate.Range(1, 366, error=_DAYS),
        error_messages={**shapes.MESSAGES, "invalid": _DAYS},
    )
    # How all tasks of the programme are ordered, unless a step says otherwise (特急).
    priority = shapes.one_of(list(RANKS), load_default=ORDINARY)
    # Parts of the application that name somebody else than the person whom it is for, and in which roles.
    roles = shapes.keyed(
        shapes.text(_KEY, validate=shapes.matching(r"[a-z][a-z0-9_]*", "应为申请表里一个分组的路径，例如 guardian")),
        shapes.listed(shapes.one_of(["applicant", "guardian", "payee"])),
        load_default=dict,
    )
    application_form = shapes.text(_PATH, required=True)
    decisions = shapes.listed(shapes.text(_PATH), "应为“- 文件”的列表", load_default=list)
    once = shapes.nested(OnceSchema, load_default=None, allow_none=True)
    taken_over = shapes.nested(TakenOverSchema, load_default=None, allow_none=True)
    outreach = shapes.nested(OutreachSchema, load_default=None, allow_none=True)
    precheck = shapes.nested(PrecheckSchema, load_default=None, allow_none=True)
    quota_subsidy = shapes.nested(QuotaSubsidySchema, load_default=None, allow_none=True)
    clocks = shapes.keyed(shapes.text(_KEY), shapes.nested(ClockSchema), load_default=dict)
    messages = texts()


def load_manifest(content: bytes) -> dict[str, Any]:
    """The checked manifest; raises BundleError with a Chinese message per wrong key."""
    try:
        loaded: dict[str, Any] = ManifestSchema().load(strict_yaml.load(content, "bundle.yaml") or {})
    except strict_yaml.NotYaml as error:
        raise BundleError([str(error)]) from error
    except ma.ValidationError as error:
        raise BundleError([_told(each) for each in shapes.problems_of(error.messages)]) from error
    return loaded


def _told(problem: Said) -> Said:
    """With the key that was probably meant."""
    *outer, key = problem.at.split(".")
    known = () if key in ManifestSchema().fields else ClockSchema().fields if outer else ManifestSchema().fields
    return Said(f"bundle.yaml 的 {problem}", problem.at, nearest(key, known))
