"""A query code that was lost: a new one at the window, or to the telephone on file. The old one ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.cases import informing, persist, policy, store
from app.cases.action import Action
from app.cases.informing import MESSAGE, Message
from app.cases.operations.apply import FILE, Receipt
from app.cases.store import CASE
from app.core import id_number as id_numbers
from app.core.actor import SYSTEM, Actor
from app.core.errors import Invalid
from app.core.ids import in_fours, random_code
from app.core.spelling import compact
from app.definitions.messages import CODE_PLACE
from app.documents import codes
from app.identity import policy as identity_policy
from app.jobs import operations as jobs
from app.registry import deaths
from app.registry import operations as registry

SEND_CODE = "code.send"
MOST_CASES = 3
"""So many cases of one person are looked at, the newest first."""
SPACE, MOST_A_DAY = timedelta(minutes=10), 3


def renew_code(session: Session, actor: Actor, case_id: str, id_number: str, now: datetime) -> Receipt:
    """Print a new code for somebody whose identity card was seen at the window; `id_number` is what it says.

    Raises NotFound, NotYours, Invalid (id_number: not that of the application).
    """
    action = store.lock(session, actor, case_id, now)
    policy.require_may_see(session, actor, action)
    identity_policy.require_covers(session, actor, action.chain, FILE)
    known = action.variables["application"].get("id_number")
    if known and compact(id_number).upper() != known:
        raise Invalid({"id_number": "与申请人的身份证号不一致，请核对证件；不是本人的，不能补发查询码"})
    code = _renew(action)
    informing.tell(action, [informing.CODE_RENEWED])
    persist.finish(action, "code_renewed", way="window")
    return Receipt(case_id, action.case.number, code)


def ask_for_code(session: Session, id_number: str, phone: str, now: datetime) -> None:
    """Somebody asks for a new code to the telephone on file: looked for by a job, so that no answer and no time that it
    takes tells which cases and telephones there are.

    The number of the case does not do: it stands in every SMS, also where the telephone turned out to be a stranger's.
    Raises Invalid (id_number, phone).
    """
    number, phone, faults = id_numbers.normalise(compact(id_number)), _digits(phone), {}
    if not id_numbers.is_valid(number):
        faults["id_number"] = "请照身份证填写申请人的 18 位身份证号"
    if not 7 <= len(phone) <= 13:
        faults["phone"] = "请填写申请时登记的联系电话"
    if faults:
        raise Invalid(faults)
    jobs.enqueue(session, SEND_CODE, {"id_number": number, "phone": phone}, now)


def send_code(session: Session, id_number: str, phone: str, claim: Callable[[], None], now: datetime) -> None:
    """Send new codes of the cases to which number and telephone belong, not more often than `SPACE` allows, and none
    where the applicant has died: the family comes to the window."""
    index = registry.blind(session, id_number)
    mine = (CASE.c.applicant_blind == index) & (CASE.c.process_key == informing.MAIN)
    newest = select(CASE.c.id).where(mine).order_by(CASE.c.filed_at.desc(), CASE.c.id.desc()).limit(MOST_CASES)
    rows = store.lock_several(session, session.scalars(newest).all())
    actions = [store.opened(session, SYSTEM, now, row) for row in rows.values()]
    claim()
    if deaths.is_dead(session, index):
        return
    for action in actions:
        if _digits(action.variables["application"].get("phone") or "") == phone and not _sent_enough(action):
            _send(action)


def _send(action: Action) -> None:
    code, text = _renew(action), action.bundle.messages.get(informing.CODE, "")
    said = informing.filled(action, text)
    informing.say(action, [Message(informing.CODE, said, at_once=True, secret={CODE_PLACE: in_fours(code)})])
    persist.finish(action, "code_renewed", way="phone")


def _sent_enough(action: Action) -> bool:
    sent = select(func.count(), func.max(MESSAGE.c.created_at, type_=MESSAGE.c.created_at.type)).where(
        MESSAGE.c.case_id == action.case.id,
        MESSAGE.c.event == informing.CODE,
        MESSAGE.c.created_at > action.now - timedelta(days=1),
    )
    count, last = action.session.execute(sent).one()
    return count >= MOST_A_DAY or (last is not None and last > action.now - SPACE)


def _renew(action: Action) -> str:
    code = random_code(codes.LETTERS, codes.QUERY_LENGTH)
    kept = update(CASE).where(CASE.c.id == action.case.id).values(query_hash=action.vault.blind(code, "query"))
    action.session.execute(kept)
    return code


def _digits(phone: str) -> str:
    return "".join(each for each in compact(phone) if each.isdigit())
