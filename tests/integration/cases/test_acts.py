"""Acts on a task besides completing it: handing it on, asking others, signing, urging, taking it back at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app import calendar
from app.audit import events_of
from app.cases import operations as cases
from app.cases.exchanges import Unsigned
from app.core.actor import APPLICANT
from app.core.errors import Gone, Invalid, NotYours
from app.documents import operations as letters
from app.documents import queries as documents
from app.drafts import queries as drafts
from app.identity import operations as identity
from app.identity.positions import POSITIONS
from app.inbox import exchanges
from app.inbox import operations as inbox
from app.inbox import queries as items
from app.jobs.operations import JOB
from app.messages import queries as messages
from tests.support.statements import after_a_wait, counted
from tests.support.worlds import RELIEF, SPENDING, Office

MINUTE = timedelta(seconds=60)
MOST_STATEMENTS = {"ask": 12, "answer": 10, "comment": 9, "transfer": 9}
PROGRAMME, FIRST, SECOND = "uninsured_unemployed_relief", "village_investigation", "township_review"


def told(session: Any, actor: Any) -> list[str]:
    """The sentences of the messages that somebody has, newest first."""
    return [each.sentence for each in messages.page(session, actor, None, 20)]


def kinds(session: Any, case_id: str) -> list[str]:
    return [event.kind for event in events_of(session, f"case:{case_id}")]


def test_a_task_is_handed_on_assigned_and_freed(office: Office) -> None:
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    with office.database.write() as session:
        task = office.task(session, case_id, FIRST).id
        first, second = (office.holder(session, "village_cadre", each) for each in (0, 1))
        head, mine, other = office.holder(session, "township_head"), first.user_id or "", second.user_id or ""
        with pytest.raises(Invalid, match="理由"):
            cases.transfer_task(session, first, task, other, " ", office.now)
        cases.transfer_task(session, first, task, other, "外出开会", office.now)
        assert (items.item(session, task).assignee_id, told(session, second)) == (other, ["转办给您"])
        with pytest.raises(NotYours, match="分派工作"):
            cases.free_task(session, first, task, "急", office.now)
        cases.free_task(session, head, task, "对方请假", office.now)
        assert items.item(session, task).assignee_id is None
        with pytest.raises(Gone, match="没有人签收"):
            cases.free_task(session, head, task, "对方请假", office.now)
        inbox.claim(session, second, task, office.now)
        cases.assign_task(session, head, task, mine, "由包村干部办", office.now)
        assert told(session, first) == ["分派给您"]
        assert [each[:4] for each in told(session, second)] == ["已改由他", "已解除您", "转办给您"]
        assert kinds(session, case_id)[1:] == ["transferred", "freed", "assigned"]


def test_a_task_handed_on_by_mistake_is_recalled_at_once(office: Office) -> None:
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    with office.database.write() as session:
        task = office.task(session, case_id, FIRST).id
        first, second = (office.holder(session, "village_cadre", each) for each in (0, 1))
        cases.transfer_task(session, first, task, second.user_id or "", "外出", office.now)
        with pytest.raises(Gone, match="由对方转回"):
            cases.recall_task(session, first, task, MINUTE, office.now + MINUTE * 2)
        with pytest.raises(Gone, match="由对方转回"):
            cases.recall_task(session, second, task, MINUTE, office.now)
        cases.recall_task(session, first, task, MINUTE, office.now)
        assert items.item(session, task).assignee_id == first.user_id
        assert told(session, second)[0] == "已收回转办，您不用再办"


def test_whoever_receives_a_task_may_do_it(office: Office) -> None:
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    with office.database.write() as session:
        task = office.task(session, case_id, FIRST).id
        first, second = (office.holder(session, "village_cadre", each) for each in (0, 1))
        head, elsewhere = office.holder(session, "county_head"), office.holder(session, "township_clerk")
        with pytest.raises(NotYours, match="同一单位、同一岗位"):
            cases.assign_task(session, head, task, elsewhere.user_id or "", "急", office.now)
        identity.declare_tie(session, second.user_id or "", RELIEF["id_number"], "兄弟", office.now.date())
        with pytest.raises(NotYours, match="亲属关系（兄弟）.*回避"):
            cases.transfer_task(session, first, task, second.user_id or "", "外出", office.now)
        with pytest.raises(NotYours, match="亲属关系（兄弟）.*回避"):
            cases.assign_task(session, head, task, second.user_id or "", "急", office.now)


def test_an_opinion_is_asked_answered_and_withdrawn_when_the_task_ends(office: Office) -> None:
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    with office.database.write() as session:
        task = office.task(session, case_id, FIRST)
        cadre, clerk = office.holder(session, "village_cadre"), office.holder(session, "county_clerk")
        post = next(iter(clerk.candidates))
        with pytest.raises(Invalid, match="请写明"):
            cases.ask(session, cadre, task.id, "consult", post, "", office.now)
        cases.ask(session, cadre, task.id, "consult", post, "他在县城有房吗？", office.now)
        cases.ask(session, cadre, task.id, "consult", f"{clerk.user_id}|{post}", "参保情况？", office.now)
        asked, second = exchanges.of_case(session, case_id)
        cases.answer_exchange(session, clerk, asked.item_id or "", "登记系统里没有房产。", office.now)
        asked, second = exchanges.of_case(session, case_id)
        assert (asked.answer, asked.answered_by) == ("登记系统里没有房产。", clerk.user_id)
        assert told(session, cadre) == ["已答复您的协办"]
    office.do(case_id, FIRST, "village_cadre", facts_true=True)
    with office.database.write() as session:
        assert [each.status for each in exchanges.of_case(session, case_id)] == ["done", "withdrawn"]
        assert items.item(session, second.item_id or "").status == "cancelled"
        with pytest.raises(Gone):
            cases.answer_exchange(session, clerk, second.item_id or "", "晚了", office.now)
        assert items.closers(session, case_id, [FIRST]) == {cadre.user_id}, "who gave an opinion did not do the step"


def test_statements_of_acts_are_bounded(office: Office) -> None:
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    with office.database.write() as session:
        task, counts = office.task(session, case_id, FIRST).id, {}
        cadre, clerk = office.holder(session, "village_cadre"), office.holder(session, "county_clerk")
        colleague = office.holder(session, "village_cadre", 1)
        key = f"{clerk.user_id}|{next(iter(clerk.candidates))}"

        def count(name: str, act: Any) -> None:
            with counted(session) as statements:
                act()
            counts[name] = max(len(statements), counts.get(name, 0))

        for _ in range(3):  # what was asked before costs nothing more
            count("ask", lambda: cases.ask(session, cadre, task, "consult", key, "参保？", office.now))
            item = exchanges.of_case(session, case_id)[-1].item_id or ""
            count("answer", lambda item=item: cases.answer_exchange(session, clerk, item, "有", office.now))
            count("comment", lambda: cases.comment(session, cadre, case_id, f"@{clerk.name} 谢谢", office.now))
        count(
            "transfer", lambda: cases.transfer_task(session, cadre, task, colleague.user_id or "", "外出", office.now)
        )
    more = after_a_wait(office.database.engine)
    assert all(counts[name] <= most + more for name, most in MOST_STATEMENTS.items()), counts


def test_a_signature_holds_the_task(office: Office) -> None:
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    with office.database.write() as session:
        task = office.task(session, case_id, FIRST).id
        cadre, signer = office.holder(session, "village_cadre"), office.holder(session, "township_clerk")
        key = f"{signer.user_id}|{next(iter(signer.candidates))}"
        cases.ask(session, cadre, task, "sign", key, "请共同签署", office.now)
        asked = exchanges.of_case(session, case_id)[0]
        with pytest.raises(Unsigned, match=f"还缺 1 人会签：{signer.name}"):
            cases.complete_task(session, cadre, task, {"facts_true": True}, office.now)
        with pytest.raises(Invalid, match="同意或者不同意"):
            cases.answer_exchange(session, signer, asked.item_id or "", "", office.now)
        cases.answer_exchange(session, signer, asked.item_id or "", "材料不全", office.now, agreed=False)
        with pytest.raises(Unsigned, match="不同意"):
            cases.complete_task(session, cadre, task, {"facts_true": True}, office.now)
        cases.withdraw_exchange(session, cadre, asked.id, office.now)
        cases.ask(session, cadre, task, "sign", key, "已补材料，请再看", office.now)
        again = exchanges.of_case(session, case_id)[1]
        cases.answer_exchange(session, signer, again.item_id or "", "", office.now, agreed=True)
        cases.complete_task(session, cadre, task, {"facts_true": True}, office.now)
        assert told(session, cadre) == ["已会签", "没有同意会签"]


def test_words_reach_whom_they_name_and_urging_is_bounded(office: Office) -> None:
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    with office.database.write() as session:
        task = office.task(session, case_id, FIRST).id
        cadre, head = office.holder(session, "village_cadre"), office.holder(session, "township_head")
        cases.comment(session, head, case_id, f"@{cadre.name} 请先核对住址", office.now)
        assert told(session, cadre) == ["提到了您"]
        with pytest.raises(Invalid, match="“@张三丰”不是经办本案的同事"):
            cases.comment(session, head, case_id, "@张三丰 请看", office.now)
        cases.urge(session, head, task, 1, office.now)
        with pytest.raises(Gone, match="今天已经催办过 1 次"):
            cases.urge(session, head, task, 1, office.now)
        with pytest.raises(NotYours, match="催办"):
            cases.urge(session, office.holder(session, "county_clerk"), task, 1, office.now)
        cases.urge_case(session, APPLICANT, case_id, 1, office.now)
        assert told(session, cadre)[:2] == ["催您办理", "催您办理"]


def test_a_question_stops_the_clock_only_where_the_diagram_does(office: Office) -> None:
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    with office.database.write() as session:
        task = office.task(session, case_id, FIRST).id
        cadre = office.holder(session, "village_cadre")
        with pytest.raises(Invalid, match="不能暂停"):
            cases.ask(session, cadre, task, "question", "", "您还有别的收入吗？", office.now, pausing=True)
        cases.ask(session, cadre, task, "question", "", "您还有别的收入吗？", office.now)
        asked = exchanges.of_case(session, case_id)[0]
        cases.answer_question(session, APPLICANT, case_id, asked.id, "没有", office.now)
        with pytest.raises(Gone, match="已经答复"):
            cases.answer_question(session, APPLICANT, case_id, asked.id, "有", office.now)
        assert (exchanges.of_case(session, case_id)[0].answer, told(session, cadre)) == ("没有", ["已答复您的提问"])


def test_a_clock_that_may_stand_still_goes_on_when_nothing_is_owed(office: Office) -> None:
    case_id = office.apply("expenditure_relief", SPENDING).case_id
    with office.database.write() as session:
        task = next(row for row in items.items_of_case(session, case_id) if row.status == "open" and row.clock_id)
        actor = next(
            actor for position in POSITIONS if POSITIONS[position].level in ("village", "township")
            for actor in [office.holder(session, position)] if task.candidate in actor.candidates
        )  # fmt: skip

        def standing() -> list[str]:
            return [clock.status for clock in calendar.clocks_of(session, case_id) if clock.id == task.clock_id]

        cases.ask(session, actor, task.id, "question", "", "请补交发票", office.now, pausing=True)
        cases.ask(session, actor, task.id, "question", "", "请补交病历", office.now, pausing=True)
        assert standing() == ["paused"]
        first, second = exchanges.of_case(session, case_id)
        cases.answer_question(session, APPLICANT, case_id, first.id, "已交", office.now)
        assert standing() == ["paused"], "another answer is owed"
        cases.withdraw_exchange(session, actor, second.id, office.now)
        assert standing() == ["running"]


def test_a_completed_task_is_taken_back_within_a_minute(office: Office) -> None:
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    with office.database.read() as session:
        before = office.task(session, case_id, FIRST)
    office.do(case_id, FIRST, "village_cadre", facts_true=True)
    with office.database.write() as session:
        cadre = office.holder(session, "village_cadre")
        task = cases.take_back(session, cadre, before.id, MINUTE, office.now + timedelta(seconds=59))
        opened = items.item(session, task)
        assert (opened.element_id, opened.assignee_id, opened.due_on) == (FIRST, cadre.user_id, before.due_on)
        kept = drafts.of_subject(session, drafts.task(task), drafts.owner_of(cadre)).mine
        assert kept is not None
        assert kept.content == {"facts_true": True, "opinion": None}
        assert [row.element_id for row in items.items_of_case(session, case_id) if row.status == "open"] == [FIRST]
        assert kinds(session, case_id)[-1] == "taken_back"
        cases.complete_task(session, cadre, task, {"facts_true": True}, office.now)


def test_a_decision_is_taken_back_with_its_letters_and_money(office: Office) -> None:
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    office.do(case_id, FIRST, "village_cadre", facts_true=True)
    with office.database.read() as session:
        task = office.task(session, case_id, SECOND).id
    office.do(case_id, SECOND, "township_clerk", confirmed=True, amount=800)
    with office.database.write() as session:
        clerk = office.holder(session, "township_clerk")
        cases.take_back(session, clerk, task, MINUTE, office.now)
        standing = {each.template: each.voided_at is None for each in documents.documents_of(session, case_id)}
        assert standing == {"application_form": True, "approval_notice": False}, "and none says that one is void"
        assert office.task(session, case_id, SECOND).assignee_id == clerk.user_id
        waiting = (JOB.c.case_id == case_id) & (JOB.c.state == "ready") & (JOB.c.kind == letters.ISSUE)
        assert len(session.execute(JOB.select().where(waiting)).all()) == 1
    office.do(case_id, SECOND, "township_clerk", confirmed=True, amount=900)


@pytest.mark.parametrize(
    ("then", "why"),
    [
        ("late", "已超过 60 秒"), ("claimed", "已经接着办"), ("issued", "已经制发"), ("colleague", "本人可以撤回"),
    ],
)  # fmt: skip
def test_what_has_gone_on_is_not_taken_back(office: Office, then: str, why: str) -> None:
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    with office.database.read() as session:
        task = office.task(session, case_id, FIRST).id
    office.do(case_id, FIRST, "village_cadre", facts_true=True)
    if then == "issued":
        with office.database.read() as session:
            task = office.task(session, case_id, SECOND).id
        office.do(case_id, SECOND, "township_clerk", confirmed=True, amount=800)
    with office.database.write() as session:
        position = "township_clerk" if then == "issued" else "village_cadre"
        who = office.holder(session, position, int(then == "colleague"))
        if then == "claimed":
            clerk = office.holder(session, "township_clerk")
            inbox.claim(session, clerk, office.task(session, case_id, SECOND).id, office.now)
        if then == "issued":
            letters.issue(session, documents.documents_of(session, case_id)[-1].id)
        before = items.items_of_case(session, case_id)
        with pytest.raises((Gone, NotYours), match=why):
            cases.take_back(session, who, task, MINUTE, office.now + (MINUTE * 2 if then == "late" else MINUTE * 0))
        assert items.items_of_case(session, case_id) == before
