"""What the file of a case, and of a person, says on its sheets (一人一档, E16); letters and materials come behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import audit
from app.cases import lists
from app.cases import pages as views
from app.cases.pages import CasePage, Submitted
from app.core.actor import Actor
from app.core.chinese import mask_id_number
from app.core.clock import local_date
from app.db import training
from app.definitions.queries import programme_titles
from app.desk.opinions import opinions
from app.desk.rulings import Ruling, rulings
from app.desk.standing import standing
from app.desk.stories import timeline
from app.documents.paper import Block, Cover, Facts, Grid, Heading, Line
from app.documents.queries import is_dropped
from app.dossier.content import Content, Letter, Material, Part, Section
from app.dossier.operations import CASE
from app.figures.catalogue import catalogue
from app.files import queries as files
from app.forms import Answer, FileLink
from app.funds.paths import Move, Path
from app.goods import queries as goods
from app.identity import appointed
from app.identity import queries as identity
from app.registry import person_files, policy
from app.web import words
from app.web.display import day, moment, yuan

MOST_CASES = 30
"""The newest cases of a person that a file binds."""


def build(session: Session, actor: Actor, subject: str, reveal: bool, now: datetime) -> Content:
    """The file of `case:<id>` or `person:<id>`, for who may see it. Raises NotFound, NotYours."""
    kind, _, key = subject.partition(":")
    if kind == CASE:
        return _of_case(session, actor, key, reveal, now)
    return _of_person(session, actor, key, reveal, now)


def _of_case(session: Session, actor: Actor, case_id: str, reveal: bool, now: datetime) -> Content:
    page = views.case_page(session, actor, case_id, now)
    case = page.case
    facts = [
        ("案　　号", case.number),
        ("申 请 人", case.applicant_name),
        ("救助项目", case.title),
        ("所 在 地", page.chain.full_name),
        ("申请日期", day(case.applied_on)),
        ("办结日期", day(case.closed_at) or "尚未办结"),
        ("办理情况", _standing(session, page, now)),
    ]
    return _content(session, actor, case.applicant_name, facts, _parts(session, page, reveal), now)


def _of_person(session: Session, actor: Actor, person_id: str, reveal: bool, now: datetime) -> Content:
    file = person_files.person_file(session, person_id)
    policy.require_may_open(session, actor, person_id)
    person, known = file["person"], file["person"]["id_number"]
    number = (known if reveal else mask_id_number(known)) if known else "尚未查明"
    found = lists.find(session, actor, lists.CaseFilter(text=known), None, MOST_CASES).items if known else []
    parts: list[Part] = [Section("基本情况和享受的救助", list(_person(session, file)))]
    for row in reversed(found):
        page = views.case_page(session, actor, row.id, now)
        named = f"{row.number} "
        parts += [replace(part, title=f"{named}{part.title}") for part in _parts(session, page, reveal)]
    facts = [
        ("姓　　名", person["name"] or "（未登记姓名）"),
        ("身份证号", number),
        ("出生年份", f"{person['birth_date'].year} 年" if person["birth_date"] else "尚未查明"),
        ("案件", f"{len(found)} 件" if len(found) < MOST_CASES else f"最近的 {MOST_CASES} 件"),
    ]
    return _content(session, actor, person["name"] or "（未登记姓名）", facts, parts, now)


def _content(
    session: Session, actor: Actor, name: str, facts: list[tuple[str, str]], parts: list[Part], now: datetime
) -> Content:
    made = [("整理人", actor.name), ("整理时间", moment(now))]
    return Content(Cover("社会救助档案", f"一人一档 · {name}", [*facts, *made]), parts, training.paper_mark(session))


def _standing(session: Session, page: CasePage, now: datetime) -> str:
    holders = appointed.user_names(session, {item.assignee_id for item in page.items} - {None})
    return standing(page, holders, page.chain.post, local_date(now))


def _parts(session: Session, page: CasePage, reveal: bool) -> list[Part]:
    """Sheets that say something, then letters, then materials in the order in which they came."""
    uploads = files.uploads_of(session, page.case.id)
    links = {row.id: FileLink(row.name, "") for row in uploads}
    sheets = [Section("申请表", list(_filled(each, reveal, links))) for each in page.submissions if each.is_application]
    sheets += [
        Section("办理经过和意见", [_course(session, page)]),
        Section("各环节填写的内容", list(_steps(page, reveal, links))),
        Section("条件审核和决定", list(_decisions(session, page))),
        Section("公示和异议", list(_publicity(page))),
        Section("资金：从决定到到账", list(_money(page))),
        Section("待补齐、追回和物资", list(_open_ends(session, page))),
    ]
    bound: list[Part] = [each for each in sheets if each.blocks]
    bound += [_letter(row) for row in page.documents if not is_dropped(row)]
    return bound + [
        Material(f"材料：{row.name}", row.id, row.media_type, f"{row.uploaded_by_name} {moment(row.uploaded_at)} 提交")
        for row in uploads
    ]


def _letter(row: Any) -> Letter:
    voided = "（已作废）" if row.voided_at else ""
    return Letter(f"文书：{row.title}{row.number or ''}{voided}", row.id)


def _filled(each: Submitted, reveal: bool, links: dict[str, FileLink]) -> Iterator[Block]:
    yield Line(f"{each.who}　{moment(each.at)}", quiet=True)
    yield Facts(
        [_row(answer) for answer in each.form.tell(each.values, context=each.context, reveal=reveal, files=links)]
    )


def _row(answer: Answer) -> tuple[str, str | None]:
    return "　" * answer.depth + answer.label, answer.text


def _course(session: Session, page: CasePage) -> Block:
    said = {each.id: each for each in page.acts.exchanges}
    events = audit.events_of(session, f"case:{page.case.id}")
    lines = timeline(events, page.steps, said, opinions(page.submissions))
    rows = [
        (moment(line.at), line.who, "\n".join([line.text, *(f"{label}：{text}" for label, text in line.said)]))
        for line in lines
    ]
    return Grid(("时间", "经办", "事项和意见"), rows, (30, 28, 112))


def _steps(page: CasePage, reveal: bool, links: dict[str, FileLink]) -> Iterator[Block]:
    for each in page.submissions:
        if not each.is_application:
            yield Heading(each.title)
            yield from _filled(each, reveal, links)


def _decisions(session: Session, page: CasePage) -> Iterator[Block]:
    for row in rulings(session, page.decisions, [ref.code for ref in page.chain.refs], page.submissions):
        yield Heading(f"{row.title}（{_outcome(row)}）")
        yield Line(f"{row.step}　{moment(row.at)}", quiet=True)
        for text in row.refused:
            yield Line(f"不符合：{text}")
        yield Grid(("计算", "说明", "金额（元）"), row.steps, (60, 70, 40), frozenset({2}))
        yield Facts(row.inputs)
        yield Grid(("执行标准", "数值", "依据"), row.figures, (55, 30, 85))
        if row.basis:
            yield Line(f"依据：{row.basis}")


def _outcome(row: Ruling) -> str:
    if row.refused:
        return "不符合"
    return "计算" if row.steps else row.answer or "符合条件"


def _publicity(page: CasePage) -> Iterator[Block]:
    rows = [
        (each.summary, each.place, f"{day(each.posted_on)} 至 {day(each.until_on)}", words.notice(each.status)[0])
        for each in page.notices
    ]
    yield from _headed("公示", Grid(("内容", "地点", "起止", "状态"), rows, (70, 40, 40, 20)))
    objected = [
        (moment(each["received_at"]), each["name"], each["reason"], "已答复" if each["answered"] else "等待答复")
        for each in page.objections
    ]
    yield from _headed("异议", Grid(("时间", "提出人", "理由", "状态"), objected, (30, 25, 95, 20)))


def _money(page: CasePage) -> Iterator[Block]:
    decided = [(_decided(row), words.award(row.status)[0]) for row in page.awards]
    yield from _headed("决定", Grid(("决定的待遇", "状态"), decided, (140, 30)))
    yield from _headed("支付", _orders(page.paths))


def _decided(row: Any) -> str:
    if not row.monthly:
        return f"一次性 {yuan(row.amount)}"
    until = f"，至 {day(row.ended_on)} 止" if row.ended_on else ""
    return f"每月 {yuan(row.amount)}，自 {day(row.starts_on)} 起{until}"


def _orders(paths: Iterable[Path]) -> Grid:
    rows = [
        (
            each.recipient or each.payee,
            yuan(each.amount),
            words.source(each.source),
            day(each.due_on),
            words.payment(each.status)[0],
            "\n".join(_move(move) for move in each.moves),
        )
        for each in paths
    ]
    return Grid(("收款人", "金额", "来源", "应付日期", "状态", "经过"), rows, (22, 26, 26, 22, 16, 58), frozenset({1}))


def _move(move: Move) -> str:
    parts = (day(move.at), words.move(move.kind), yuan(move.amount), move.told)
    return " ".join(part for part in parts if part)


def _open_ends(session: Session, page: CasePage) -> Iterator[Block]:
    known = catalogue(session)
    owed = [
        (row.title, known.cite(row.clause) if row.clause else "", "已补齐" if row.settled_at else "待补齐")
        for row in page.owed
    ]
    yield from _headed("待补齐", Grid(("事项", "依据", "状态"), owed, (80, 65, 25)))
    claims = [
        (f"{row.claim.title}（{row.claim.debtor}）", yuan(row.claimed), yuan(row.repaid), yuan(row.owed))
        for row in page.claims
    ]
    ends = frozenset({1, 2, 3})
    yield from _headed("追回", Grid(("事由", "应追回", "已归还", "尚欠"), claims, (80, 30, 30, 30), ends))
    given = [(each.name, str(each.quantity), each.unit) for each in goods.of_case(session, page.case.id)]
    yield from _headed("发放的物资", Grid(("物资", "数量", "单位"), given, (100, 35, 35), frozenset({1})))


def _headed(title: str, grid: Grid) -> list[Block]:
    return [Heading(title), grid] if grid.rows else []


def _person(session: Session, file: dict[str, Any]) -> Iterator[Block]:
    members = [(each["name"] or "（未登记姓名）", each["relation"] or "") for each in file["members"]]
    yield from _headed("家庭成员", Grid(("姓名", "关系"), members, (85, 85)))
    titles = programme_titles(session)
    places = identity.region_names(session, {row.region_id for row in file["awards"]})
    awards = [
        (titles.get(row.programme, words.programme(row.programme)), _decided(row), words.award(row.status)[0],
         places.get(row.region_id, ""), row.case_number or "")
        for row in file["awards"]
    ]  # fmt: skip
    yield from _headed("享受的救助", Grid(("项目", "待遇", "状态", "所在地", "案号"), awards, (38, 60, 16, 26, 30)))
    if file["person"]["died_on"]:
        yield Line(f"已于 {day(file['person']['died_on'])} 死亡。")
