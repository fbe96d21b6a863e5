"""Who may send what: every route × nobody, applicant, wrong position, wrong region, right person.

A route that nobody listed fails. The right person comes last, since that is who changes something.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.cases.models import Awaited, Incident, Owed
from app.changes import opening
from app.core.clock import SHANGHAI, MovableClock, local_date
from app.core.entry import AccountRules
from app.core.exact_json import dump_json
from app.core.ids import new_id
from app.db import Database, Vault
from app.documents.queries import documents_of
from app.dossier import operations as dossiers
from app.figures import operations as figures
from app.files import operations as uploads
from app.identity import people, sessions, tokens
from app.identity import queries as identity
from app.identity.models import Appointment, PositionCapability
from app.publicity.models import Notice
from app.takeover import operations as takeovers
from app.takeover import trial
from app.web import ANYONE, ARRIVING, BEARER, STAFF
from app.web.download import XLSX
from tests.support.money import money_things
from tests.support.takeover import households, workbook
from tests.support.web import APPLICATION, COUNTY, VILLAGE, Web, open_web

NOBODY, APPLICANT, WRONG_POSITION, WRONG_REGION, RIGHT = "nobody", "applicant", "position", "region", "right"
PEOPLE = {
    WRONG_POSITION: "finance.220122",
    WRONG_REGION: "village_cadre.220104001001",
    RIGHT: "village_cadre.220122100001",
}
# Who handles money: the cadre has the wrong position, the other county's finance the wrong region.
MONEY = {
    WRONG_POSITION: "village_cadre.220122100001",
    WRONG_REGION: "finance.220104",
    RIGHT: "finance.220122",
}
BATCH = {**MONEY, WRONG_REGION: "county_clerk.220104", RIGHT: "county_clerk.220122"}
HEADS = {**PEOPLE, WRONG_REGION: "township_head.220104001", RIGHT: "township_head.220122100"}
TAKEN = {**BATCH, WRONG_REGION: "county_head.220104", RIGHT: "county_head.220122"}
OFFICE = {**PEOPLE, WRONG_REGION: "township_clerk.220104001", RIGHT: "township_clerk.220122100"}
AUDIT = {**PEOPLE, WRONG_REGION: "auditor.220104", RIGHT: "auditor.220122"}
LOGINS = {**PEOPLE, WRONG_REGION: "security_officer.220104", RIGHT: "security_officer.220122"}
POLICY = {**PEOPLE, WRONG_REGION: "policy_owner.220104", RIGHT: "policy_owner.220122"}
KEEPER = {**PEOPLE, WRONG_REGION: "administrator.220104", RIGHT: "administrator.220122"}
TO_LOGIN = 302
TODAY = datetime(2020, 10, 12, 10, 0, tzinfo=SHANGHAI)


@dataclass(frozen=True)
class Row:
    """A request and the status that each of the five gets, in the order of the table's title."""

    method: str
    path: str
    statuses: tuple[int, int, int, int, int]
    data: dict[str, Any] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=lambda: PEOPLE)


def public(method: str, path: str, status: int = 200, /, **data: Any) -> Row:
    return Row(method, path, (status,) * 5, data)


def staff(method: str, path: str, position: int, region: int, right: int, /, **data: Any) -> Row:
    return Row(method, path, (TO_LOGIN, TO_LOGIN, position, region, right), data)


def desk(people: dict[str, str], row: Row) -> Row:
    """The same for other people than those of the village."""
    return replace(row, people=people)


def bearer(method: str, path: str, position: int, region: int, right: int, /, **data: Any) -> Row:
    return Row(method, path, (401, 401, position, region, right), data)


def mine(method: str, path: str, right: int, /, **data: Any) -> Row:
    """What only the applicant's proof opens: staff without it are asked for number and code like everybody."""
    return Row(method, path, (TO_LOGIN, right, TO_LOGIN, TO_LOGIN, TO_LOGIN), data)


APPLY = f"/apply/uninsured_unemployed_relief/{VILLAGE}"
OCCASION = {"kind": "seasonal", "title": "春节补助", "clause": "B6", "region": COUNTY, "programmes": "dibao",
            "per": "household", "due_on": "2020-10-20", "amount": "300"}  # fmt: skip
CHANGE = "/studio/changes/{policy}"
BUNDLE = f"{CHANGE}/programmes/{{bundle}}"
TABLE: dict[str, Row] = {
    "GET static": public("GET", "/static/seal.svg"),
    "GET openapi.spec": public("GET", "/api/openapi.json"),
    "GET api_docs": public("GET", "/api/docs"),
    # the machine room
    "GET watch.healthz": public("GET", "/healthz"),
    "GET watch.readyz": public("GET", "/readyz"),
    "GET watch.metrics_page": public("GET", "/metrics"),
    # the public
    "GET portal.home": public("GET", "/"),
    "GET portal.display": public("GET", "/display?text=large", 302),
    "GET portal.fits": public("GET", f"/fits?at={VILLAGE}&asked=1"),
    "GET portal.regions": public("GET", "/regions?above=22"),
    "GET portal.application": public("GET", APPLY),
    "POST portal.application_submit": public("POST", APPLY, 422),
    "GET portal.paper": public("GET", f"{APPLY}/paper"),
    "GET portal.check": public("GET", f"{APPLY}/check", 302),
    "GET portal.step": public("GET", f"{APPLY}/1"),
    "POST portal.step_next": public("POST", f"{APPLY}/1", 422),
    "GET portal.row": public("GET", f"/apply/dibao/{VILLAGE}/5/0"),
    "POST portal.row_next": public("POST", f"/apply/dibao/{VILLAGE}/5/0", 302),
    "GET portal.receipt": public("GET", "/apply/receipt", 302),
    "GET portal.status": public("GET", "/status"),
    "POST portal.status_query": public("POST", "/status", 404, number="220122-2020-000001", query_code="WRONG"),
    "GET portal.lost_code": public("GET", "/status/lost"),
    "POST portal.lost_code_ask": public("POST", "/status/lost", 422),
    "GET portal.resume": public("GET", "/resume"),
    "POST portal.resume_query": public("POST", "/resume", 404, code="0000-0000-0000"),
    "POST portal.resume_leave": public("POST", "/resume/leave", 302),
    "POST drafts.save": public("POST", "/drafts", 409, opinion="没有凭证"),
    "POST drafts.swap": public("POST", "/drafts/swap", 409),
    "POST drafts.drop": public("POST", "/drafts/drop", 409),
    "POST portal.leave": public("POST", "/status/leave", 302),
    "GET portal.my_case": mine("GET", "/my-case", 200),
    "GET portal.letter": mine("GET", "/my-case/letters/{document}.pdf", 202),
    "POST portal.supplement": mine("POST", "/my-case/materials", 422),
    "POST portal.question": mine("POST", "/my-case/questions/unknown", 404, answer="没有"),
    "POST portal.messages_wanted": mine("POST", "/my-case/messages", 302, wanted="yes"),
    "POST portal.phone_changed": mine("POST", "/my-case/phone", 422, phone="1"),
    "POST portal.account_asked": mine("POST", "/my-case/account", 422, account="1"),
    "POST portal.appeal": mine("POST", "/my-case/appeal", 409, text="不服"),
    "POST portal.urge": mine("POST", "/my-case/urge", 302),
    "POST portal.withdraw": mine("POST", "/my-case/withdraw", 302, reason="不需要了"),
    "GET portal.verify": public("GET", "/verify"),
    "GET portal.verify_code": public("GET", "/verify/K7M2Q9XD4HTBWCEF"),
    "POST portal.verify_letter": public("POST", "/verify", 422),
    "GET portal.board": public("GET", "/notices"),
    "GET portal.notice": public("GET", "/notices/unknown", 404),
    "POST portal.objection": public("POST", "/notices/unknown", 404, name="张三", phone="139", reason="不符合"),
    "POST portal.lead": public("POST", "/notices/unknown/leads", 404, text="他家有车"),
    "GET portal.objection_confirm": public("GET", "/objections/confirm", 409),
    "POST portal.objection_confirmed": public("POST", "/objections/confirm", 409, code="123456"),
    "POST portal.objection_code": public("POST", "/objections/code", 409),
    "GET portal.objection_receipt": public("GET", "/objections/receipt", 302),
    "GET portal.objection_status": public("GET", "/objections"),
    "POST portal.objection_query": public("POST", "/objections", 404, number="Y1", query_code="WRONG"),
    "GET portal.my_objection": public("GET", "/my-objection", 302),
    "GET portal.objection_reply": public("GET", "/my-objection/reply.pdf", 404),
    "POST portal.objection_leave": public("POST", "/my-objection/leave", 302),
    # the desk
    "GET desk.login": public("GET", "/desk/login"),
    "POST desk.login_submit": public("POST", "/desk/login", 401, username="nobody", password="x"),
    "POST desk.logout": public("POST", "/desk/logout", 302),
    "GET desk.alive": staff("GET", "/desk/alive", 204, 204, 204),
    "GET desk.account": staff("GET", "/desk/account", 200, 200, 200),
    "GET desk.own_password": staff("GET", "/desk/password", 200, 200, 200),
    "POST desk.change_password": staff("POST", "/desk/password", 422, 422, 422, old="x", new="y", again="y"),
    "GET desk.factor": staff("GET", "/desk/factor", 200, 200, 200),
    "POST desk.factor_begin": staff("POST", "/desk/factor/begin", 302, 302, 302),
    "POST desk.factor_confirm": staff("POST", "/desk/factor/confirm", 409, 409, 409, code="000000"),
    "POST desk.factor_verify": staff("POST", "/desk/factor/verify", 401, 401, 401, code="000000"),
    "POST desk.factor_remove": staff("POST", "/desk/factor/remove", 401, 401, 401, code="000000"),
    "POST desk.end_session": staff("POST", "/desk/account/sessions/unknown/end", 404, 404, 404),
    "GET desk.oidc_login": public("GET", "/desk/oidc", 404),
    "GET desk.oidc_callback": public("GET", "/desk/oidc/callback", 404),
    "GET desk.login_chain_page": desk(AUDIT, staff("GET", "/desk/audit/logins", 403, 200, 200)),
    "GET desk.login_chain_export": desk(AUDIT, staff("GET", "/desk/audit/logins.xlsx", 403, 200, 200)),
    "GET desk.proof_page": desk(AUDIT, staff("GET", "/desk/audit", 403, 200, 200)),
    "GET desk.login_list": desk(LOGINS, staff("GET", "/desk/logins", 403, 200, 200)),
    "POST desk.login_end": desk(LOGINS, staff("POST", "/desk/logins/sessions/{session}/end", 403, 403, 302)),
    "POST desk.login_token_revoke": desk(LOGINS, staff("POST", "/desk/logins/tokens/{token}/revoke", 403, 403, 302)),
    "POST desk.login_factor_reset": desk(LOGINS, staff("POST", "/desk/logins/people/{holder}/factor/reset", 403, 403,
                                                       409)),
    "POST desk.login_factor_require": desk(LOGINS, staff("POST", "/desk/logins/positions/finance/factor", 403, 302,
                                                         409, required="true")),
    "POST desk.issue_token": staff("POST", "/desk/account/tokens", 200, 200, 200, label="统计", days="90"),
    "POST desk.revoke_token": staff("POST", "/desk/account/tokens/unknown/revoke", 404, 404, 404),
    "GET desk.apply_start": staff("GET", "/desk/apply", 200, 200, 200),
    "GET desk.application": staff("GET", f"/desk{APPLY}", 200, 403, 200),
    "POST desk.application_submit": staff("POST", f"/desk{APPLY}", 422, 403, 422),
    "GET desk.application_receipt": staff("GET", "/desk/apply/receipt", 302, 302, 302),
    "GET desk.inbox_page": staff("GET", "/desk/", 200, 200, 200),
    "GET desk.inbox_export": staff("GET", "/desk/worklist.xlsx", 200, 200, 200),
    "POST desk.inbox_export_picked": staff("POST", "/desk/worklist/picked.xlsx", 200, 200, 200, item="{task}"),
    "POST desk.inbox_claim": staff("POST", "/desk/worklist/claim", 302, 302, 302, item="{task}"),
    "GET desk.inbox_changes": staff("GET", "/desk/worklist/changes?ids={task}", 200, 200, 200),
    "POST desk.view_save": staff("POST", "/desk/worklist/views", 302, 302, 302, name="低保", query="programme=dibao"),
    "POST desk.view_drop": staff("POST", "/desk/worklist/views/unknown/drop", 302, 302, 302),
    "GET desk.absence_page": staff("GET", "/desk/absences", 200, 200, 200),
    "POST desk.absence_enter": staff("POST", "/desk/absences", 422, 422, 422, kind="trip"),
    "POST desk.absence_end": staff("POST", "/desk/absences/unknown/end", 404, 404, 404),
    "POST desk.together_begin": staff("POST", "/desk/together", 409, 409, 422, item="{task}"),
    "GET desk.together_page": staff("GET", "/desk/together/unknown", 404, 404, 404),
    "GET desk.together_progress": staff("GET", "/desk/together/unknown/progress", 404, 404, 404),
    "GET desk.together_list": staff("GET", "/desk/together/unknown/list.xlsx", 404, 404, 404),
    **{f"POST desk.together_{act}": staff("POST", f"/desk/together/unknown/{act}", 404, 404, 404)
       for act in ("try", "edit", "confirm", "stop", "letters")},
    "GET desk.load_page": desk(HEADS, staff("GET", "/desk/load", 403, 200, 200)),
    "GET desk.load_export": desk(HEADS, staff("GET", "/desk/load.xlsx", 403, 200, 200)),
    "POST desk.load_move": desk(HEADS, staff("POST", "/desk/load/{office}/village_cadre/{user}/move", 403, 403, 422)),
    "GET desk.load_person": desk(HEADS, staff("GET", "/desk/load/{office}/village_cadre/{user}", 403, 403, 200)),
    "GET desk.task": staff("GET", "/desk/tasks/{task}", 403, 403, 200),
    "POST desk.claim": staff("POST", "/desk/tasks/{task}/claim", 403, 403, 302),
    "POST desk.unclaim": staff("POST", "/desk/tasks/{task}/unclaim", 403, 403, 302),
    "POST desk.transfer": staff("POST", "/desk/tasks/{task}/transfer", 403, 403, 422, user_id="unknown", reason="外出"),
    "POST desk.ask": staff("POST", "/desk/tasks/{task}/ask", 403, 403, 422, kind="consult", to="x", text="请核对"),
    "POST desk.assign": desk(HEADS, staff("POST", "/desk/tasks/{task}/assign", 403, 403, 422, user_id="unknown",
                                          reason="外出")),
    "POST desk.free": desk(HEADS, staff("POST", "/desk/tasks/{task}/free", 403, 403, 409, reason="外出")),
    "POST desk.urge": desk(HEADS, staff("POST", "/desk/tasks/{task}/urge", 403, 403, 302)),
    "POST desk.take_back": staff("POST", "/desk/tasks/{task}/take-back", 403, 403, 409),
    "POST desk.recall": staff("POST", "/desk/tasks/{task}/recall", 403, 403, 409),
    "GET desk.asked": staff("GET", "/desk/asked/{task}", 403, 403, 404),
    "POST desk.asked_answer": staff("POST", "/desk/asked/{task}", 403, 403, 409, text="同意"),
    "POST desk.exchange_withdraw": staff("POST", "/desk/exchanges/unknown/withdraw", 404, 404, 404),
    "POST desk.comment": staff("POST", "/desk/cases/{case}/comments", 302, 403, 302, text="请尽快"),
    "GET desk.message_list": staff("GET", "/desk/messages", 200, 200, 200),
    "GET desk.message_count": staff("GET", "/desk/messages/unread", 200, 200, 200),
    "POST desk.message_open": staff("POST", "/desk/messages/unknown/open", 404, 404, 404),
    "POST desk.message_read_all": staff("POST", "/desk/messages/read", 302, 302, 302),
    "POST desk.message_digest": staff("POST", "/desk/messages/digest", 409, 409, 409, address="a@example.gov.cn"),
    "POST desk.acknowledge": staff("POST", "/desk/tasks/{task}/read", 403, 403, 409),
    "POST desk.take_draft": staff("POST", "/desk/tasks/{task}/drafts/unknown", 403, 403, 404),
    "POST desk.complete": staff("POST", "/desk/tasks/{task}/complete", 403, 403, 302, facts_true="true"),
    "POST desk.task_rules": staff("POST", "/desk/tasks/{task}/rules", 403, 403, 200, facts_true="true"),
    "POST desk.preview": staff("POST", "/desk/tasks/{task}/preview", 403, 403, 200, facts_true="true"),
    "POST desk.preview_letter": staff("POST", "/desk/tasks/{task}/preview/0.pdf", 403, 403, 404, facts_true="true"),
    "POST desk.return_case": staff("POST", "/desk/tasks/{task}/return", 403, 403, 422, element_id="x", reason="补正"),
    "GET desk.case_list": staff("GET", "/desk/cases", 200, 200, 200),
    "GET desk.case_export": staff("GET", "/desk/cases.xlsx", 200, 200, 200),
    "GET desk.case": staff("GET", "/desk/cases/{case}", 200, 403, 200),
    "GET desk.case_diagram": staff("GET", "/desk/cases/{case}/diagram.bpmn", 200, 403, 200),
    "POST desk.upload": staff("POST", "/desk/cases/{case}/materials", 422, 403, 422),
    "POST desk.retry": staff("POST", "/desk/cases/{case}/retry", 409, 403, 409),
    "POST desk.hold": desk(HEADS, staff("POST", "/desk/cases/{case}/hold", 403, 403, 422, reason="")),
    "POST desk.release": desk(HEADS, staff("POST", "/desk/cases/{case}/release", 403, 403, 409)),
    "POST desk.cancel": desk(OFFICE, staff("POST", "/desk/cases/{case}/cancel", 403, 403, 422, reason="")),
    "POST desk.reopen": desk({**TAKEN, WRONG_POSITION: "township_head.220122100"},
                             staff("POST", "/desk/cases/{case}/reopen", 403, 403, 409, reason="有误")),
    "GET desk.correction": desk(OFFICE, staff("GET", "/desk/cases/{case}/correct", 403, 403, 200)),
    "POST desk.correct": desk(OFFICE, staff("POST", "/desk/cases/{case}/correct", 403, 403, 422)),
    "POST desk.renew_code": staff("POST", "/desk/cases/{case}/code", 422, 403, 422, id_number="1"),
    "POST desk.appeal": staff("POST", "/desk/cases/{case}/appeal", 409, 403, 409, text="不服"),
    "POST desk.settle_account": desk(OFFICE, staff("POST", "/desk/cases/{case}/requests/unknown/account", 403, 403,
                                                   404)),
    "POST desk.answer_appeal": desk(TAKEN, staff("POST", "/desk/cases/{case}/requests/unknown/answer", 403, 403, 404)),
    "POST desk.withdraw": staff("POST", "/desk/cases/{case}/withdraw", 403, 403, 302, reason="已就业"),
    "POST desk.objection": desk(OFFICE, staff("POST", "/desk/cases/{case}/objections", 403, 403, 409, name="张三",
                                              phone="13904310009", reason="有车", id_seen="1")),
    "POST desk.objection_code": desk(OFFICE, staff("POST", "/desk/cases/{case}/objections/unknown/code", 403, 403, 404,
                                                   id_seen="1")),
    "GET desk.objection_receipt": staff("GET", "/desk/cases/{case}/objections/receipt", 302, 302, 302),
    "POST desk.settle_lead": desk(OFFICE, staff("POST", "/desk/cases/{case}/leads/unknown", 403, 403, 404,
                                                text="入户看过")),
    "POST desk.answer": desk(OFFICE, staff("POST", "/desk/cases/{case}/waits/{wait}", 403, 403, 422, count="x")),
    "GET desk.document_provenance": staff("GET", "/desk/documents/{document}/provenance", 200, 403, 200),
    "GET desk.letter_lookup": desk(POLICY, staff("GET", "/desk/letters", 403, 200, 200)),
    "POST desk.letter_in_hand": desk(POLICY, staff("POST", "/desk/letters", 403, 404, 404, number="1", code="2")),
    "POST desk.posting_proof": staff("POST", "/desk/cases/{case}/notices/unknown/proof", 404, 403, 404),
    "GET desk.phrase_list": staff("GET", "/desk/phrases", 200, 200, 200),
    "POST desk.phrase_keep": staff("POST", "/desk/phrases", 302, 302, 302, text="情况属实"),
    "POST desk.phrase_drop": staff("POST", "/desk/phrases/unknown/drop", 404, 404, 404),
    "GET desk.tie": staff("GET", "/desk/tasks/{task}/tie", 403, 403, 200),
    "POST desk.tie_declare": staff("POST", "/desk/tasks/{task}/tie", 403, 403, 302, person="0", relation="兄弟"),
    "GET desk.material_picture": staff("GET", "/desk/materials/{material}/picture", 204, 403, 204),
    "GET desk.material": staff("GET", "/desk/materials/{material}", 200, 403, 200),
    "POST desk.case_dossier": staff("POST", "/desk/cases/{case}/dossier", 302, 403, 302),
    "GET desk.dossier_page": staff("GET", "/desk/dossiers/{dossier}", 403, 403, 200),
    "GET desk.dossier_file": staff("GET", "/desk/dossiers/{dossier}.pdf", 403, 403, 409),
    "GET desk.document": staff("GET", "/desk/documents/{document}.docx", 200, 403, 200),
    "GET desk.notice_list": staff("GET", "/desk/notices", 200, 200, 200),
    "GET desk.owed_list": staff("GET", "/desk/owed", 200, 200, 200),
    "GET desk.award_list": staff("GET", "/desk/awards", 200, 200, 200),
    "GET desk.takeover_list": desk(BATCH, staff("GET", "/desk/takeovers", 403, 200, 200)),
    "GET desk.takeover_template": desk(BATCH, staff("GET", "/desk/takeovers/template.xlsx", 403, 200, 200)),
    "POST desk.takeover_try": desk(BATCH, staff("POST", "/desk/takeovers", 403, 422, 422)),
    "GET desk.takeover_trial": desk(BATCH, staff("GET", "/desk/takeovers/trials/{trial}", 403, 403, 200)),
    "GET desk.takeover": desk(BATCH, staff("GET", "/desk/takeovers/{takeover}", 403, 403, 200)),
    "POST desk.takeover_confirm": desk(TAKEN, staff("POST", "/desk/takeovers/{takeover}/confirm", 403, 403, 302)),
    "POST desk.takeover_drop": desk(BATCH, staff("POST", "/desk/takeovers/{takeover}/drop", 403, 403, 302)),
    "GET desk.outreach_list": staff("GET", "/desk/awards/outreach", 200, 200, 200),
    "GET desk.outreach_export": staff(
        "GET", "/desk/awards/outreach.xlsx?programme=disability_allowances", 200, 200, 200
    ),
    "GET desk.recheck_list": staff("GET", "/desk/awards/rechecks", 200, 200, 200),
    "POST desk.recheck_draw": desk(BATCH, staff("POST", "/desk/awards/rechecks/draw", 403, 403, 302, region=COUNTY,
                                                programme="dibao", occasion="第四季度")),
    "POST desk.institution_account": desk(
        BATCH | {WRONG_POSITION: "township_clerk.220122100"},
        staff("POST", "/desk/awards/institutions/{institution}/account", 403, 403, 302, account="6217000011112222",
              basis="开户证明")),
    "POST desk.institution_account_reject": desk(
        BATCH | {WRONG_POSITION: "township_clerk.220122100"},
        staff("POST", "/desk/awards/institutions/{told}/account/{account}/reject", 403, 403, 422, reason="")),
    "POST desk.institution_account_confirm": desk(
        BATCH | {WRONG_POSITION: "township_clerk.220122100"},
        staff("POST", "/desk/awards/institutions/{told}/account/{account}/confirm", 403, 403, 302)),
    "GET desk.institution_list": staff("GET", "/desk/awards/institutions", 200, 200, 200),
    "GET desk.institution": staff("GET", "/desk/awards/institutions/{institution}", 200, 403, 200),
    "GET desk.award": staff("GET", "/desk/awards/{award}", 200, 403, 200),
    "POST desk.award_start": staff("POST", "/desk/awards/{award}/start", 403, 403, 302, process="recheck"),
    "GET desk.person": staff("GET", "/desk/people/{person}", 200, 403, 200),
    "GET desk.household": staff("GET", "/desk/households/{household}", 200, 403, 200),
    "POST desk.person_dossier": staff("POST", "/desk/people/{person}/dossier", 302, 403, 302),
    "POST desk.person_reveal": staff("POST", "/desk/people/{person}/reveal", 422, 403, 422, reason=""),
    "POST desk.person_merge": desk(BATCH, staff("POST", "/desk/people/{person}/merge", 403, 403, 422, id_number="")),
    "POST desk.person_split": desk(BATCH, staff("POST", "/desk/people/{person}/merges/{change}/split", 403, 403, 422,
                                                split_reason="")),
    "GET desk.person_part": desk(BATCH, staff("GET", "/desk/people/{person}/part", 403, 403, 200)),
    "POST desk.person_parted": desk(BATCH, staff("POST", "/desk/people/{person}/part", 403, 403, 422, id_number="")),
    "POST desk.person_joined": desk(BATCH, staff("POST", "/desk/people/{person}/parts/{part}/undo", 403, 403, 422,
                                                 join_reason="")),
    "POST desk.person_death": desk(BATCH, staff("POST", "/desk/people/{person}/death", 403, 403, 422, happened_on="")),
    "GET desk.payment_list": desk(MONEY, staff("GET", "/desk/payments", 403, 200, 200)),
    "POST desk.bank_file_make": desk(MONEY, staff("POST", "/desk/payments/files", 403, 409, 302, order="{order}")),
    "POST desk.bank_file": desk(MONEY, staff("POST", "/desk/payments/files/{file}.csv", 403, 409, 200)),
    "POST desk.payment_take_out": desk(MONEY, staff("POST", "/desk/payments/take-out", 403, 409, 302, order="{filed}")),
    "POST desk.payment_paid": desk(MONEY, staff("POST", "/desk/payments/paid", 403, 422, 422, order="{order}")),
    "POST desk.payment_returned": desk(MONEY, staff("POST", "/desk/payments/returned", 403, 409, 302, order="{filed}",
                                                    reason="账号不符")),
    "POST desk.bank_file_answer": desk(MONEY, staff("POST", "/desk/payments/files/{file}/answer", 403, 422, 422)),
    "GET desk.returned_payment": desk(MONEY, staff("GET", "/desk/payments/{returned}/returned", 403, 404, 200)),
    "POST desk.payment_again": desk(MONEY, staff("POST", "/desk/payments/{returned}/again", 403, 404, 302,
                                                 basis="本人到场核对")),
    "POST desk.payment_give_up": desk(MONEY, staff("POST", "/desk/payments/{returned}/give-up", 403, 404, 302,
                                                   reason="人已迁出")),
    "GET desk.claim_list": desk(MONEY, staff("GET", "/desk/claims", 403, 200, 200)),
    "GET desk.claim_export": desk(MONEY, staff("GET", "/desk/claims.xlsx", 403, 200, 200)),
    "GET desk.claim_page": desk(MONEY, staff("GET", "/desk/claims/{debt}", 403, 404, 200)),
    "POST desk.claim_repaid": desk(MONEY, staff("POST", "/desk/claims/{debt}/repaid", 403, 403, 302, amount="1",
                                                proof="收据1")),
    "POST desk.claim_plan": desk(MONEY, staff("POST", "/desk/claims/{debt}/plan", 403, 403, 302, monthly="10",
                                              first_on="2020-11-01")),
    "POST desk.claim_waive": desk({**BATCH, WRONG_REGION: "county_head.220104", RIGHT: "county_head.220122"},
                                  staff("POST", "/desk/claims/{debt}/waive", 403, 403, 302, reason="经会议决定")),
    "GET desk.statistics_page": desk(MONEY, staff("GET", "/desk/statistics", 403, 200, 200)),
    "GET desk.statistics_export": desk(MONEY, staff("GET", "/desk/statistics.xlsx", 403, 200, 200)),
    "GET desk.statistics_chart": desk(MONEY, staff("GET", "/desk/statistics/cases.svg", 403, 404, 404)),
    "POST desk.statistics_count": desk(MONEY, staff("POST", "/desk/statistics/count", 403, 302, 302)),
    "GET desk.ledger_page": desk(MONEY, staff("GET", "/desk/ledger", 403, 200, 200)),
    "GET desk.ledger_export": desk(MONEY, staff("GET", "/desk/ledger.xlsx", 403, 200, 200)),
    "GET desk.payment_receipt": desk(MONEY, staff("GET", "/desk/payments/{order}/receipt", 403, 404, 404)),
    "GET desk.goods_list": desk(MONEY, staff("GET", "/desk/goods", 403, 200, 200)),
    "GET desk.goods_export": desk(MONEY, staff("GET", "/desk/goods.xlsx", 403, 200, 200)),
    "GET desk.goods_handed_out": desk(MONEY, staff("GET", "/desk/goods/handed-out", 403, 200, 200)),
    "GET desk.goods_store": desk(MONEY, staff("GET", "/desk/goods/{township}", 403, 404, 200)),
    "POST desk.goods_receive": desk(BATCH, staff("POST", "/desk/goods/{township}/receive", 403, 403, 302, name="棉被",
                                                 unit="床", quantity="1", note="调拨单")),
    "POST desk.goods_count": desk(BATCH, staff("POST", "/desk/goods/{township}/stocks/{stock}/count", 403, 403, 302,
                                               counted="5")),
    "POST desk.goods_counter": desk(BATCH, staff("POST", "/desk/goods/{township}/entries/{moved}/counter", 403, 403,
                                                 302, back="1", reason="误登")),
    "GET desk.reserve_list": desk(MONEY, staff("GET", "/desk/reserves", 403, 200, 200)),
    "GET desk.reserve": desk(MONEY, staff("GET", "/desk/reserves/{township}", 403, 404, 200)),
    "POST desk.reserve_open": desk(MONEY, staff("POST", "/desk/reserves/{township}/open", 403, 403, 302)),
    "POST desk.reserve_top_up": desk(MONEY, staff("POST", "/desk/reserves/{township}/top-up", 403, 403, 404,
                                                  amount="500", note="县级预拨")),
    "POST desk.reserve_reconcile": desk(MONEY, staff("POST", "/desk/reserves/{township}/reconcile", 403, 403, 404,
                                                     counted="500")),
    "GET desk.batch_list": desk(BATCH, staff("GET", "/desk/batches", 403, 200, 200)),
    "GET desk.batch_new": desk(BATCH, staff("GET", "/desk/batches/new", 403, 200, 200)),
    "POST desk.batch_draft": desk(BATCH, staff("POST", "/desk/batches/new", 403, 403, 302, key="2", **OCCASION)),
    "GET desk.batch": desk(BATCH, staff("GET", "/desk/batches/{batch}", 403, 403, 200)),
    "GET desk.batch_export": desk(BATCH, staff("GET", "/desk/batches/{batch}/lines.xlsx", 403, 403, 200)),
    "POST desk.batch_add": desk(BATCH, staff("POST", "/desk/batches/{batch}/add", 403, 403, 302, name="刘桂芝",
                                             id_number="220122194802170021", basis="住房失火", region=COUNTY)),
    "POST desk.batch_exclude": desk(BATCH, staff("POST", "/desk/batches/{batch}/exclude", 403, 403, 302, line="{line}",
                                                 reason="已就业")),
    "POST desk.batch_include": desk(BATCH, staff("POST", "/desk/batches/{batch}/include", 403, 403, 302,
                                                 line="{line}")),
    "POST desk.batch_refresh": desk(BATCH, staff("POST", "/desk/batches/{batch}/refresh", 403, 403, 302)),
    "POST desk.batch_drop": desk(BATCH, staff("POST", "/desk/batches/{batch}/drop", 403, 403, 302)),
    "POST desk.batch_confirm": desk({**BATCH, RIGHT: "county_head.220122"},
                                    staff("POST", "/desk/batches/{batch}/confirm", 403, 403, 302)),
    "GET desk.office_list": desk(KEEPER, staff("GET", f"/desk/offices?in={COUNTY}", 403, 403, 200)),
    "GET desk.office": desk(KEEPER, staff("GET", "/desk/offices/{office}", 403, 403, 200)),
    "GET desk.office_seal": desk(KEEPER, staff("GET", "/desk/offices/{office}/seal.png", 403, 403, 404)),
    "POST desk.office_seal_keep": desk(KEEPER, staff("POST", "/desk/offices/{office}/seal", 403, 403, 422)),
    "POST desk.office_seal_drop": desk(KEEPER, staff("POST", "/desk/offices/{office}/seal/drop", 403, 403, 302)),
    "POST desk.person_new": desk(KEEPER, staff("POST", "/desk/offices/{office}/people", 403, 403, 200, name="李敏",
                                               username="li.min", position="village_cadre")),
    "POST desk.person_appoint": desk(KEEPER, staff("POST", "/desk/offices/{office}/appoint", 403, 403, 302,
                                                   login="finance.220122", position="village_cadre")),
    "GET desk.staff_list": desk(KEEPER, staff("GET", "/desk/staff", 403, 200, 200)),
    "GET desk.staff_person": desk(KEEPER, staff("GET", "/desk/staff/{user}", 403, 403, 200)),
    "POST desk.appointment_end": desk(KEEPER, staff("POST", "/desk/staff/{user}/appointments/{post}/end", 403, 403, 302,
                                                    on="2020-10-20")),
    "POST desk.appointment_move": desk(KEEPER, staff("POST", "/desk/staff/{user}/appointments/{post}/move", 403, 403,
                                                     302, on="2020-10-20", region=COUNTY, position="county_clerk")),
    "POST desk.appointment_reopen": desk(KEEPER, staff("POST", "/desk/staff/{user}/appointments/{post}/reopen", 403,
                                                       403, 409)),
    "POST desk.staff_deactivate": desk(KEEPER, staff("POST", "/desk/staff/{user}/deactivate", 403, 403, 302)),
    "POST desk.staff_correct": desk(KEEPER, staff("POST", "/desk/staff/{user}/correct", 403, 403, 422)),
    "POST desk.staff_restore": desk(KEEPER, staff("POST", "/desk/staff/{user}/restore", 403, 403, 409)),
    "POST desk.staff_password": desk(KEEPER, staff("POST", "/desk/staff/{user}/password", 403, 403, 200)),
    "GET desk.setup_page": desk(KEEPER, staff("GET", "/desk/setup", 403, 200, 200)),
    "POST desk.setup_try": desk(KEEPER, staff("POST", "/desk/setup", 403, 422, 422)),
    "POST desk.setup_confirm": desk(KEEPER, staff("POST", "/desk/setup/confirm", 403, 422, 422)),
    "GET desk.staff_template": desk(KEEPER, staff("GET", "/desk/setup/staff.xlsx", 403, 200, 200)),
    "GET desk.region_export": desk(KEEPER, staff("GET", "/desk/setup/regions.csv", 403, 200, 200)),
    "GET desk.incident_list": staff("GET", "/desk/incidents", 200, 200, 200),
    "GET desk.figure_list": staff("GET", "/desk/figures", 200, 200, 200),
    "GET desk.figure_history": staff("GET", "/desk/figures/of/publicity_days", 200, 200, 200),
    "GET desk.figure_new": desk(POLICY, staff("GET", "/desk/figures/new", 403, 200, 200)),
    "POST desk.figure_enter": desk(POLICY, staff("POST", "/desk/figures/new", 403, 403, 302, key="publicity_days",
                                                 region=COUNTY, value="8", reason="文件", **{"from": "2020-11-01"})),
    "GET desk.figure_floors": desk(POLICY, staff(
        "GET", f"/desk/figures/floors?key=publicity_days&region={COUNTY}&value=8&from=2020-11-01", 403, 403, 200)),
    "GET desk.figure_review": desk(POLICY, staff("GET", "/desk/figures/{figure}", 200, 403, 200)),
    "POST desk.figure_preview": desk(POLICY, staff("POST", "/desk/figures/{figure}/preview", 302, 403, 302)),
    "GET desk.figures_applied": staff("GET", "/desk/figures/applied", 200, 200, 200),
    "POST desk.figures_compare": staff("POST", "/desk/figures/applied/{place}/dibao", 302, 403, 403),
    "GET desk.figures_differing": staff("GET", "/desk/figures/applied/{place}/dibao", 200, 403, 403),
    "GET desk.calendar_page": staff("GET", "/desk/calendar", 200, 200, 200),
    "GET desk.calendar_edit": desk(POLICY, staff("GET", "/desk/calendar/import", 403, 200, 200)),
    "POST desk.calendar_preview": desk(POLICY, staff("POST", "/desk/calendar/preview", 403, 403, 200, place=COUNTY,
                                                     source="通知", text="2020-10-13,放假,三月三")),
    "POST desk.calendar_import": desk(POLICY, staff("POST", "/desk/calendar/import", 403, 403, 302, place=COUNTY,
                                                    source="通知", text="2020-10-13,放假,三月三")),
    "POST desk.figure_confirm": desk(POLICY, staff("POST", "/desk/figures/{figure}/confirm", 403, 403, 302)),
    "POST desk.figure_reject": desk(POLICY, staff("POST", "/desk/figures/{figure}/reject", 403, 403, 302,
                                                  reason="文件未印发")),
    # the studio
    "GET studio.change_list": desk(POLICY, staff("GET", "/studio/changes", 403, 200, 200)),
    "GET studio.change_new": desk(POLICY, staff("GET", "/studio/changes/new", 403, 200, 200)),
    "POST studio.change_open": desk(POLICY, staff("POST", "/studio/changes/new", 403, 302, 302, title="改时限",
                                                  reason="文件")),
    "GET studio.clause_list": desk(POLICY, staff("GET", "/studio/clauses", 403, 200, 200)),
    "GET studio.clause": desk(POLICY, staff("GET", "/studio/clauses/A4", 403, 200, 200)),
    "GET studio.change": desk(POLICY, staff("GET", CHANGE, 403, 200, 200)),
    "GET studio.change_compare": desk(POLICY, staff("GET", f"{CHANGE}/compare", 403, 200, 200)),
    "GET studio.release_compare": desk(POLICY, staff("GET", "/studio/releases/unknown/compare", 403, 404, 404)),
    "GET studio.release_list": desk(POLICY, staff("GET", "/studio/releases", 403, 200, 200)),
    "GET studio.release": desk(POLICY, staff("GET", "/studio/releases/unknown", 403, 404, 404)),
    "GET studio.release_diagram": desk(POLICY, staff("GET", "/studio/releases/unknown/diagram.bpmn", 403, 404, 404)),
    "GET studio.release_moving": desk(POLICY, staff("GET", "/studio/releases/unknown/migrations", 403, 404, 404)),
    "POST studio.release_bring_back": desk(POLICY, staff("POST", "/studio/releases/unknown/bring-back", 403, 404, 404,
                                                         reason="恢复")),
    "POST studio.release_retire": desk(POLICY, staff("POST", "/studio/releases/unknown/retire", 403, 404, 404,
                                                     reason="停用")),
    "POST studio.release_stop": desk(POLICY, staff("POST", "/studio/releases/unknown/stop", 403, 404, 404,
                                                   reason="停止")),
    "POST studio.release_migrate": desk(POLICY, staff("POST", "/studio/releases/unknown/migrations", 403, 404, 404)),
    "POST studio.release_migrate_stop": desk(POLICY, staff(
        "POST", "/studio/releases/unknown/migrations/unknown/stop", 403, 409, 409)),
    "GET studio.change_checks": desk(POLICY, staff("GET", f"{CHANGE}/checks", 403, 200, 200)),
    "GET studio.change_summary": desk(POLICY, staff("GET", f"{CHANGE}/summary", 403, 200, 200)),
    "GET studio.backtest": desk(POLICY, staff("GET", f"{CHANGE}/backtest", 403, 200, 200)),
    "GET studio.backtest_progress": desk(POLICY, staff("GET", f"{CHANGE}/backtest/progress", 403, 200, 200)),
    "GET studio.backtest_workbook": desk(POLICY, staff("GET", f"{CHANGE}/backtest.xlsx", 403, 404, 404)),
    "POST studio.backtest_ask": desk(POLICY, staff("POST", f"{CHANGE}/backtest", 403, 403, 422)),
    "POST studio.backtest_stop": desk(POLICY, staff("POST", f"{CHANGE}/backtest/stop", 403, 403, 409)),
    "POST studio.change_describe": desk(POLICY, staff("POST", f"{CHANGE}/describe", 403, 403, 302, title="改",
                                                      reason="文件")),
    "POST studio.change_take_in": desk(POLICY, staff("POST", f"{CHANGE}/programmes", 403, 403, 302, region=COUNTY,
                                                     programme="emergency_relief")),
    "POST studio.change_take_in_new": desk(POLICY, staff("POST", f"{CHANGE}/programmes/new", 403, 403, 302,
                                                         region=COUNTY, new_key="burial_help", new_name="丧葬补助")),
    "POST studio.change_leave_out": desk(POLICY, staff("POST", f"{BUNDLE}/leave-out", 403, 403, 302)),
    "POST studio.change_catch_up": desk(POLICY, staff("POST", f"{BUNDLE}/catch-up", 403, 403, 409)),
    "GET studio.bundle_reach": desk(POLICY, staff("GET", f"{BUNDLE}/reach", 403, 200, 200)),
    "GET studio.outcome_page": desk(POLICY, staff("GET", f"{BUNDLE}/outcomes", 403, 200, 200)),
    "POST studio.outcome_accept": desk(POLICY, staff("POST", f"{BUNDLE}/outcomes", 403, 403, 422)),
    "GET studio.document_new": desk(POLICY, staff("GET", f"{BUNDLE}/document", 403, 200, 200)),
    "POST studio.document_enter": desk(POLICY, staff("POST", f"{BUNDLE}/document", 403, 200, 200, text="一、某某规定")),
    "GET studio.document_links": desk(POLICY, staff("GET", f"{BUNDLE}/document/links", 403, 200, 200)),
    "POST studio.document_link": desk(POLICY, staff("POST", f"{BUNDLE}/document/links", 403, 403, 302, **{
        "to:A4": "relief.bpmn#village_investigation"})),
    "POST studio.change_drop": desk(POLICY, staff("POST", f"{CHANGE}/drop", 403, 403, 302)),
    "POST studio.change_seen": desk(POLICY, staff("POST", f"{CHANGE}/seen", 403, 200, 200)),
    "POST studio.change_ask": desk(POLICY, staff("POST", f"{CHANGE}/ask", 403, 403, 409)),
    "POST studio.change_hand_over": desk(POLICY, staff("POST", f"{CHANGE}/hand-over", 403, 403, 302)),
    "POST studio.change_check": desk(POLICY, staff("POST", f"{CHANGE}/check", 403, 403, 302)),
    "POST studio.change_submit": desk(POLICY, staff("POST", f"{CHANGE}/submit", 403, 403, 422,
                                                    **{"from": "2020-11-01"})),
    "POST studio.change_approve": desk(POLICY, staff("POST", f"{CHANGE}/approve", 403, 403, 403)),
    "POST studio.change_send_back": desk(POLICY, staff("POST", f"{CHANGE}/send-back", 403, 403, 403, remark="改")),
    "POST studio.change_take_back": desk(POLICY, staff("POST", f"{CHANGE}/take-back", 403, 403, 409)),
    "GET studio.figure_grid": desk(POLICY, staff("GET", f"{CHANGE}/figures", 403, 200, 200)),
    "POST studio.figure_grid_save": desk(POLICY, staff("POST", f"{CHANGE}/figures", 403, 403, 302,
                                                       **{f"value:publicity_days@{COUNTY}": "8"})),
    "POST studio.figure_held": desk(POLICY, staff("POST", "/studio/figures/held", 403, 422, 422)),
    "POST studio.change_figure_remove": desk(POLICY, staff("POST", f"{CHANGE}/figures/none/remove", 403, 403, 302)),
    "GET studio.trial_page": desk(POLICY, staff("GET", f"{BUNDLE}/try", 403, 200, 200)),
    "POST studio.trial_act": desk(POLICY, staff("POST", f"{BUNDLE}/try", 403, 409, 409, kind="days", days="1")),
    "POST studio.trial_begin": desk(POLICY, staff("POST", f"{BUNDLE}/try/begin", 403, 422, 422)),
    "POST studio.trial_move": desk(POLICY, staff("POST", f"{BUNDLE}/try/move", 403, 409, 409, by="back")),
    "POST studio.trial_record": desk(POLICY, staff("POST", f"{BUNDLE}/try/record", 403, 409, 409)),
    "GET studio.trial_file": desk(POLICY, staff("GET", f"{BUNDLE}/try/files/none", 403, 404, 404)),
    "GET studio.trial_letter": desk(POLICY, staff("GET", f"{BUNDLE}/try/letters/0.pdf", 403, 409, 409)),
    "GET studio.table_page": desk(POLICY, staff("GET", f"{BUNDLE}/tables", 403, 200, 200)),
    "GET studio.table_sheet": desk(POLICY, staff("GET", f"{BUNDLE}/tables/eligibility.xlsx", 403, 404, 404)),
    "POST studio.table_cases": desk(POLICY, staff("POST", f"{BUNDLE}/tables/eligibility", 403, 404, 404)),
    "GET studio.file_page": desk(POLICY, staff("GET", f"{BUNDLE}/file?path=bundle.yaml", 403, 200, 200)),
    "GET studio.file_content": desk(POLICY, staff("GET", f"{BUNDLE}/content?path=bundle.yaml", 403, 200, 200)),
    "PUT studio.file_save": desk(POLICY, staff("PUT", f"{BUNDLE}/content?path=scenarios/new.yaml", 403, 403, 200)),
    "POST studio.file_new": desk(POLICY, staff("POST", f"{BUNDLE}/new", 403, 403, 302, path="new.dmn")),
    "POST studio.file_remove": desk(POLICY, staff("POST", f"{BUNDLE}/remove", 403, 403, 409, path="bundle.yaml")),
    "POST studio.file_upload": desk(POLICY, staff("POST", f"{BUNDLE}/upload", 403, 403, 422)),
    "GET studio.file_folder": desk(POLICY, staff("GET", f"{BUNDLE}/folder.zip", 403, 200, 200)),
    "GET studio.file_materials": desk(POLICY, staff("GET", f"{BUNDLE}/materials", 403, 200, 200)),
    "GET studio.file_findings": desk(POLICY, staff("GET", f"{BUNDLE}/findings?path=bundle.yaml", 403, 200, 200)),
    "POST studio.file_mend": desk(POLICY, staff("POST", f"{BUNDLE}/mend", 403, 403, 409)),
    "GET studio.file_names": desk(POLICY, staff("GET", f"{BUNDLE}/names?element=payment", 403, 200, 200)),
    "GET studio.letter_preview": desk(POLICY, staff("GET", f"{BUNDLE}/letter/preview?path=bundle.yaml", 403, 422, 422)),
    "POST studio.letter_try": desk(POLICY, staff("POST", f"{BUNDLE}/letter/preview", 403, 422, 422, path="a.yaml")),
    "GET studio.letter_pdf": desk(POLICY, staff("GET", f"{BUNDLE}/letter.pdf?path=bundle.yaml", 403, 422, 422)),
    "POST studio.letter_save": desk(POLICY, staff("POST", f"{BUNDLE}/letter", 403, 403, 409, path="bundle.yaml")),
    "POST studio.feel_check": desk(POLICY, staff("POST", "/studio/feel", 403, 422, 422)),
    "POST studio.file_put_back": desk(POLICY, staff("POST", f"{CHANGE}/saves/none/put-back", 403, 403, 404)),
    # the API
    "GET api.programmes": bearer("GET", f"/api/v1/programmes?region={VILLAGE}", 200, 200, 200),
    "POST api.apply": bearer("POST", "/api/v1/applications", 201, 403, 201, programme="uninsured_unemployed_relief",
                             region=VILLAGE, data=dict(APPLICATION)),
    "GET api.tasks": bearer("GET", "/api/v1/tasks", 200, 200, 200),
    "POST api.claim": bearer("POST", "/api/v1/tasks/{task}/claim", 403, 403, 200),
    "POST api.unclaim": bearer("POST", "/api/v1/tasks/{task}/unclaim", 403, 403, 200),
    "POST api.complete": bearer("POST", "/api/v1/tasks/{task}/complete", 403, 403, 200, data={"facts_true": True}),
    "GET api.case": bearer("GET", "/api/v1/cases/{case}", 200, 403, 200),
    "GET api.case_documents": bearer("GET", "/api/v1/cases/{case}/documents", 200, 403, 200),
    "POST api.answer": desk(OFFICE, bearer("POST", "/api/v1/waits/{wait}/answer", 403, 403, 204,
                                           answer={"found": True})),
    "GET api.document": bearer("GET", "/api/v1/documents/{document}", 200, 403, 200),
}  # fmt: skip

# The capability without which a route refuses, and those that show what the capability reaches, which is then nothing.
NEEDS: dict[str, str] = {
    **dict.fromkeys(("GET desk.application", "POST desk.application_submit", "POST api.apply"), "file_applications"),
    **dict.fromkeys(("GET desk.case", "GET desk.case_diagram", "POST desk.upload",
                     "POST desk.posting_proof", "GET desk.material", "GET desk.material_picture", "GET desk.document",
                     "POST desk.case_dossier", "GET desk.dossier_page", "GET desk.dossier_file",
                     "GET desk.document_provenance", "GET api.case",
                     "GET api.case_documents", "GET api.document"), "see_cases"),
    **dict.fromkeys(("POST desk.objection", "POST desk.objection_code", "POST desk.settle_lead"), "handle_objections"),
    **dict.fromkeys(("POST desk.answer", "POST api.answer"), "answer_checks"),
    "POST desk.retry": "mend_incidents",
    **dict.fromkeys(("POST desk.assign", "POST desk.free", "POST desk.urge"), "direct_work"),
    "POST desk.comment": "see_cases",
    "POST desk.return_case": "return_cases",
    "POST desk.withdraw": "withdraw_cases",
    **dict.fromkeys(("POST desk.renew_code", "POST desk.appeal"), "file_applications"),
    "POST desk.settle_account": "correct_applications",
    "POST desk.answer_appeal": "reopen_cases",
    **dict.fromkeys(("GET desk.correction", "POST desk.correct"), "correct_applications"),
    **dict.fromkeys(("POST desk.hold", "POST desk.release"), "hold_cases"),
    **dict.fromkeys(("GET desk.load_page", "GET desk.load_export", "GET desk.load_person", "POST desk.load_move"),
                    "direct_work"),
    "POST desk.cancel": "steer_cases",
    "POST desk.reopen": "reopen_cases",
    **dict.fromkeys(("GET desk.figures_applied", "POST desk.figures_compare", "GET desk.figures_differing",
                     "GET desk.award_list", "GET desk.recheck_list", "GET desk.institution_list", "GET desk.award",
                     "GET desk.institution", "GET desk.outreach_list", "GET desk.outreach_export",
                     "GET desk.person", "POST desk.person_reveal", "POST desk.person_dossier",
                     "GET desk.household"), "see_awards"),
    "POST desk.person_death": "record_deaths",
    **dict.fromkeys(("POST desk.person_merge", "POST desk.person_split", "GET desk.person_part",
                     "POST desk.person_parted", "POST desk.person_joined"), "merge_people"),
    "POST desk.award_start": "start_processes",
    "POST desk.recheck_draw": "draw_rechecks",
    **dict.fromkeys(("POST desk.institution_account", "POST desk.institution_account_confirm",
                     "POST desk.institution_account_reject"), "keep_institutions"),
    **dict.fromkeys(("GET desk.statistics_page", "GET desk.statistics_export", "GET desk.statistics_chart",
                     "POST desk.statistics_count"), "see_statistics"),
    **dict.fromkeys(("GET desk.payment_list", "GET desk.payment_receipt", "GET desk.reserve_list", "GET desk.reserve",
                     "GET desk.goods_list", "GET desk.goods_export", "GET desk.goods_handed_out",
                     "GET desk.goods_store",
                     "GET desk.claim_list", "GET desk.claim_export", "GET desk.claim_page",
                     "GET desk.batch_list", "GET desk.batch", "GET desk.batch_export"), "see_money"),
    **dict.fromkeys(("POST desk.bank_file_make", "POST desk.bank_file", "POST desk.payment_take_out",
                     "POST desk.payment_paid", "POST desk.payment_returned", "POST desk.bank_file_answer",
                     "GET desk.returned_payment", "POST desk.payment_again", "POST desk.payment_give_up"), "pay"),
    **dict.fromkeys(("POST desk.claim_repaid", "POST desk.claim_plan"), "keep_claims"),
    "POST desk.claim_waive": "waive_claims",
    **dict.fromkeys(("GET desk.ledger_page", "GET desk.ledger_export"), "read_ledger"),
    **dict.fromkeys(("POST desk.goods_receive", "POST desk.goods_count", "POST desk.goods_counter"), "keep_goods"),
    **dict.fromkeys(("POST desk.reserve_open", "POST desk.reserve_top_up", "POST desk.reserve_reconcile"),
                    "keep_funds"),
    **dict.fromkeys(("GET desk.batch_new", "POST desk.batch_draft", "POST desk.batch_add"), "draft_batches"),
    **dict.fromkeys(
        [f"POST desk.batch_{act}" for act in ("exclude", "include", "refresh", "drop")], "review_batches"
    ),
    "POST desk.batch_confirm": "confirm_batches",
    **dict.fromkeys(("GET desk.takeover_list", "GET desk.takeover_template", "POST desk.takeover_try",
                     "GET desk.takeover_trial", "GET desk.takeover", "POST desk.takeover_drop"), "take_over_awards"),
    "POST desk.takeover_confirm": "confirm_takeovers",
    **dict.fromkeys(("GET desk.login_list", "POST desk.login_end", "POST desk.login_token_revoke",
                     "POST desk.login_factor_reset", "POST desk.login_factor_require"), "keep_logins"),
    **dict.fromkeys(("GET desk.office_list", "GET desk.office", "POST desk.person_new", "POST desk.person_appoint",
                     "GET desk.office_seal", "POST desk.office_seal_keep", "POST desk.office_seal_drop",
                     "GET desk.staff_list", "GET desk.staff_person", "POST desk.appointment_end",
                     "POST desk.appointment_move", "POST desk.appointment_reopen", "POST desk.staff_deactivate",
                     "POST desk.staff_correct", "POST desk.staff_restore", "POST desk.staff_password",
                     "GET desk.setup_page",
                     "POST desk.setup_try", "POST desk.setup_confirm", "GET desk.staff_template",
                     "GET desk.region_export"), "keep_people"),
    **dict.fromkeys(("GET desk.login_chain_page", "GET desk.login_chain_export"), "read_audit"),
    "GET desk.proof_page": "read_audit",
    **dict.fromkeys(("GET desk.letter_lookup", "POST desk.letter_in_hand"), "draft_releases"),
    **dict.fromkeys((f"GET studio.{page}" for page in ("change_list", "change_new", "change", "change_compare",
                     "change_checks", "bundle_reach", "outcome_page", "document_new",
                     "document_links", "clause_list", "clause", "release_compare", "release_list", "release",
                     "release_diagram", "release_moving", "file_page", "file_content",
                     "file_folder", "file_findings", "file_materials", "file_names", "letter_preview", "letter_pdf",
                     "figure_grid", "backtest", "backtest_progress", "backtest_workbook",
                     "trial_page", "trial_file", "trial_letter", "table_page", "table_sheet")),
                    "draft_releases"),
    **dict.fromkeys((f"POST studio.{act}" for act in ("change_open", "change_describe", "change_take_in",
                     "change_take_in_new", "change_leave_out", "change_catch_up", "change_drop", "change_seen",
                     "change_ask", "change_hand_over", "change_check", "change_submit", "change_take_back",
                     "figure_grid_save", "figure_held", "change_figure_remove", "file_mend", "file_new", "file_remove",
                     "file_upload", "file_put_back", "feel_check", "letter_save", "letter_try",
                     "release_bring_back", "release_stop",
                     "backtest_ask", "backtest_stop", "document_enter", "document_link",
                     "trial_act", "outcome_accept", "trial_begin", "trial_move", "trial_record", "table_cases")),
                    "draft_releases"),
    "PUT studio.file_save": "draft_releases",
    "GET studio.change_summary": "draft_releases",
    **dict.fromkeys(("POST studio.change_approve", "POST studio.change_send_back",
                     "POST studio.release_retire", "POST studio.release_migrate",
                     "POST studio.release_migrate_stop"), "approve_releases"),
    **dict.fromkeys(("GET desk.figure_new", "POST desk.figure_enter", "GET desk.figure_floors"), "enter_figures"),
    **dict.fromkeys(("GET desk.calendar_edit", "POST desk.calendar_preview", "POST desk.calendar_import"),
                    "keep_calendar"),
    **dict.fromkeys(("GET desk.figure_history", "GET desk.figure_review"), "see_figures"),
    **dict.fromkeys(("POST desk.figure_preview", "POST desk.figure_confirm", "POST desk.figure_reject"),
                    "confirm_figures"),
}  # fmt: skip
# What these pages show of the test's things, to whom has the capability.
SHOWS: dict[str, tuple[str, str]] = {
    "GET desk.apply_start": ("file_applications", VILLAGE),
    "GET desk.case_list": ("see_cases", APPLICATION["name"]),
    "GET desk.case_export": ("see_cases", APPLICATION["name"]),
    "GET desk.notice_list": ("see_cases", "公示内容"),
    "GET desk.owed_list": ("see_cases", "补交证明"),
    "GET desk.incident_list": ("mend_incidents", "没有录入标准"),
    "GET desk.figure_list": ("see_figures", "吉林省长春市农安县"),
}
OWN = {  # what everybody on the staff has: the account, the inbox, the work that is addressed to the position
    *("GET desk.calendar_page",),
    *("GET desk.alive", "GET desk.account", "POST desk.change_password", "POST desk.issue_token"),
    *("POST desk.revoke_token", "GET desk.application_receipt", "GET desk.inbox_page", "GET desk.task"),
    *("GET desk.inbox_export", "POST desk.inbox_export_picked", "POST desk.inbox_claim", "GET desk.inbox_changes"),
    *("POST desk.view_save", "POST desk.view_drop"),
    *("POST desk.together_begin", "GET desk.together_page", "GET desk.together_list", "POST desk.together_try"),
    *("GET desk.together_progress",),
    *("POST desk.together_edit", "POST desk.together_confirm", "POST desk.together_stop"),
    *("POST desk.together_letters",),
    *("GET desk.absence_page", "POST desk.absence_enter", "POST desk.absence_end"),
    *("POST desk.claim", "POST desk.unclaim", "POST desk.transfer", "POST desk.acknowledge", "POST desk.take_draft"),
    *(
        "POST desk.complete",
        "POST desk.preview",
        "POST desk.preview_letter",
        "POST desk.task_rules",
        "GET desk.tie",
        "POST desk.tie_declare",
        "GET desk.phrase_list",
        "POST desk.phrase_keep",
        "POST desk.phrase_drop",
    ),
    *("POST desk.ask", "POST desk.take_back", "POST desk.recall", "GET desk.asked", "POST desk.asked_answer"),
    *("GET desk.message_list",),
    *("POST desk.exchange_withdraw", "GET desk.message_count", "POST desk.message_open", "POST desk.message_read_all"),
    *("POST desk.message_digest",),
    *("GET desk.own_password", "GET desk.factor", "POST desk.factor_begin", "POST desk.factor_confirm"),
    *("POST desk.factor_verify", "POST desk.factor_remove", "POST desk.end_session"),
    *("GET api.programmes", "GET api.tasks", "POST api.claim", "POST api.unclaim", "POST api.complete"),
}
# Who was given a task of a case sees it whatever his position may do: these routes are tried by somebody who was not.
WITHOUT_TASK = "township_clerk.220122100"


def routes(web: Web) -> set[str]:
    return {
        f"{method} {rule.endpoint}"
        for rule in web.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


class House:
    """One application with all that a path of the table names; a request finds it as it was furnished."""

    def __init__(self, web: Web, file: Path) -> None:
        self.web, self.known, self._file = web, things(web), file
        web.database.dispose()
        self._kept = file.read_bytes()

    def tidy(self) -> None:
        self.web.database.dispose()
        self._file.write_bytes(self._kept)
        self.web.database.kept.clear()
        open_web(self.web.database, self.web.clock)  # other tests of this process have the application too


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory, web_template: Path, vault: Vault) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    file = Path(shutil.copy(web_template, folder / "doudi.db"))
    database = Database(f"sqlite:///{file}", vault, durable=False)
    yield House(open_web(database, MovableClock(TODAY)), file)
    database.dispose()


@pytest.fixture
def house(furnished: House) -> House:
    furnished.tidy()
    return furnished


def test_every_route_is_in_the_table(web: Web) -> None:
    assert routes(web) == set(TABLE)


def test_every_view_says_who_may_send_it(web: Web) -> None:
    silent = {name for name, view in web.app.view_functions.items() if not hasattr(view, "who")}
    assert silent == {"static", "openapi.spec"}
    said = {view.who for view in web.app.view_functions.values() if hasattr(view, "who")}  # type: ignore[attr-defined]
    assert said == {ANYONE, ARRIVING, STAFF, BEARER}


@pytest.mark.parametrize("name", TABLE)
def test_access(house: House, name: str) -> None:
    web, known = house.web, house.known
    row = filled(TABLE[name], known)
    got = tuple(send(web, who, row, row.path, known["case"]) for who in (NOBODY, APPLICANT, *PEOPLE))
    assert got == row.statuses


def test_every_route_for_staff_says_which_capability_it_needs() -> None:
    staff_only = {
        name for name, row in TABLE.items() if row.statuses[1] != row.statuses[4] and row.statuses[4] != TO_LOGIN
    }
    assert staff_only <= NEEDS.keys() | SHOWS.keys() | OWN
    assert NEEDS.keys() | SHOWS.keys() | OWN <= TABLE.keys()
    assert not NEEDS.keys() & OWN


@pytest.mark.parametrize("name", NEEDS)
def test_without_its_capability_a_route_refuses(house: House, name: str) -> None:
    web, known = house.web, house.known
    row = filled(TABLE[name], known)
    if NEEDS[name] == "see_cases":
        row = replace(row, people={**row.people, RIGHT: WITHOUT_TASK})
    take_away(web, NEEDS[name])
    assert send(web, RIGHT, row, row.path, known["case"]) == 403


@pytest.mark.parametrize("name", SHOWS)
def test_without_its_capability_a_page_shows_nothing(house: House, name: str) -> None:
    web, known = house.web, house.known
    with web.database.write() as session:
        session.add_all(shown_things(known["case"], web))
    capability, text = SHOWS[name]
    row = filled(TABLE[name], known)
    before = shown_in(answered(web, RIGHT, row, row.path, known["case"]))
    take_away(web, capability)
    after = shown_in(answered(web, RIGHT, row, row.path, known["case"]))
    assert (text in before, text in after) == (True, False)


def take_away(web: Web, capability: str) -> None:
    revoked = update(PositionCapability).where(PositionCapability.capability == capability).values(granted=False)
    with web.database.write() as session:
        session.execute(revoked)


def shown_in(answer: TestResponse) -> str:
    """The text of a page or of a workbook."""
    assert answer.status_code == 200
    if answer.mimetype == XLSX:
        return str(list(load_workbook(BytesIO(answer.data)).active.values))
    return answer.text


def shown_things(case_id: str, web: Web) -> list[Any]:
    """An incident, an obligation and a notice of the case."""
    now, today = web.clock.now(), local_date(web.clock.now())
    with web.database.read() as session:
        chain = identity.chain_of_code(session, VILLAGE, today)
        place = {"region_id": chain.nearest.id, "county_id": chain.county.id}
    return [
        Incident(
            id=new_id(), case_id=case_id, county_id=chain.county.id, action_id="a", element_id="investigate",
            stage="element", message="没有录入标准", cause="E", raised_at=now,
        ),
        Owed(id=new_id(), case_id=case_id, county_id=chain.county.id, case_seq=1, key="proof", place=1,
             title="补交证明", since=now),
        Notice(
            id=new_id(), case_id=case_id, case_seq=1, wait_id="w", element_id="publicity", kind="posting",
            **place,
            programme_title="救助", subject="公示内容", summary="公示内容", place="村务公开栏", days=7,
            days_left=7, posted_on=today, until_on=today, status="standing", created_at=now,
        ),
    ]  # fmt: skip


def filled(row: Row, known: dict[str, str]) -> Row:
    """The row with the ids of this test's things in its path and data."""
    data = {key: value.format(**known) if isinstance(value, str) else value for key, value in row.data.items()}
    return replace(row, path=row.path.format(**known), data=data)


def things(web: Web) -> dict[str, str]:
    """A case at the village with a task, a letter and an upload; what the pages about money and awards show."""
    case_id = web.apply().case_id
    with web.database.write() as session:
        (material,) = uploads.add(session, web.actor(PEOPLE[RIGHT]), case_id, [("a.pdf", b"%PDF-1.7")], web.clock.now())
        document = documents_of(session, case_id)[0].id
        dossier = dossiers.ask_for_case(session, web.actor(PEOPLE[RIGHT]), case_id, "", web.clock.now())
        proposed = figures.propose(
            session, web.actor("policy_owner.220122.2"), "extra_share_minor", COUNTY, "0.2",
            valid_from=local_date(web.clock.now()), reason="县政府文件", now=web.clock.now(),
        )  # fmt: skip
        made = takeovers.plan(session, web.actor(BATCH[RIGHT]), [workbook(households(1))], web.clock.now())
        takeover_id = takeovers.propose(session, web.actor(BATCH[RIGHT]), made, web.clock.now()) or ""
        trial_id = trial.begin(session, web.actor(BATCH[RIGHT]), [b""], web.clock.now())
        place = identity.region_by_code(session, COUNTY, local_date(web.clock.now())).id
        cadre = web.actor(PEOPLE[RIGHT])
        (post,) = people.posts_of(session, [cadre.user_id or ""])
        owner, now = web.actor(POLICY[RIGHT]), web.clock.now()
        change = opening.begin(session, owner, "改时限", "县政府文件", "", now=now)
        bundle = opening.take_in(session, owner, change, "uninsured_unemployed_relief", [COUNTY], now=now)
    case = {"case": case_id, "office": post.office_id, "user": post.user_id, "post": post.id,
            "task": web.open_task(case_id), "document": document, "material": material, "dossier": dossier,
            "takeover": takeover_id, "figure": proposed.id, "place": place, "wait": _asked(web, case_id),
            "policy": change, "bundle": bundle, "trial": trial_id}  # fmt: skip
    return case | money_things(web) | _let_in(web)


def _let_in(web: Web) -> dict[str, str]:
    """A session and a token of somebody in the county."""
    actor, now = web.actor("county_head.220122"), web.clock.now()
    with web.database.write() as session:
        begun, _ = sessions.begin(session, actor.user_id or "", now, address="", agent="", rules=AccountRules())
        return {
            "holder": actor.user_id or "",
            "session": begun,
            "token": tokens.issue_token(session, actor, "x", now).id,
        }


def _asked(web: Web, case_id: str) -> str:
    """The case waits for what a department knows."""
    wait_id, now = new_id(), web.clock.now()
    asked = {"department": "vehicles", "persons": [{"name": "王建国"}], "until": local_date(now)}
    with web.database.write() as session:
        sealed = session.info["vault"].seal_text(dump_json(asked), "awaited", "asked", wait_id)
        session.add(Awaited(id=wait_id, case_id=case_id, case_seq=1, wait_id="w", element_id="review", topic="ask",
                            title="核对车辆", due_at=now, status="waiting", asked=sealed, created_at=now))  # fmt: skip
    return wait_id


def send(web: Web, who: str, row: Row, path: str, case_id: str) -> int:
    answer = answered(web, who, row, path, case_id)
    answer.close()
    return answer.status_code


def answered(web: Web, who: str, row: Row, path: str, case_id: str) -> TestResponse:
    client, headers = web.client(), {}
    if path.startswith("/api/v1/"):
        headers = web.token(row.people[who]) if who in PEOPLE else {}
        return client.open(path, method=row.method, json=row.data or None, headers=headers)
    if who in PEOPLE:
        web.sign_in(client, row.people[who])
    elif who == APPLICANT:
        prove(web, client, case_id)
    return client.open(path, method=row.method, data=row.data)


def prove(web: Web, client: FlaskClient, case_id: str) -> None:
    """The applicant has typed number and query code."""
    with client.session_transaction() as cookie:
        cookie["case"], cookie["case_until"] = case_id, web.clock.now().timestamp() + 60


@pytest.mark.parametrize("position", ["administrator", "policy_owner"])
def test_who_keeps_the_system_or_its_rules_reads_no_case_but_mends_it(web: Web, position: str) -> None:
    case_id = web.apply().case_id
    with web.database.write() as session:
        session.add_all(shown_things(case_id, web))
    client = web.client()
    web.sign_in(client, f"{position}.{COUNTY}")
    assert client.get(f"/desk/cases/{case_id}").status_code == 403
    assert client.get(f"/desk{APPLY}").status_code == 403
    for path in ("/desk/cases", "/desk/incidents", "/desk/owed", "/desk/notices", "/desk/apply"):
        page = client.get(path)
        assert (page.status_code, APPLICATION["name"] in page.text) == (200, False), path
    assert "没有录入标准" in client.get("/desk/incidents").text
    assert client.post(f"/desk/cases/{case_id}/retry").location == "/desk/incidents"
    assert "没有录入标准" not in client.get("/desk/incidents").text
    assert APPLICATION["name"] in web.client(PEOPLE[RIGHT]).get("/desk/cases").text


def test_a_dismissed_person_is_out_at_once(web: Web) -> None:
    client = web.client(PEOPLE[RIGHT])
    assert client.get("/desk/").status_code == 200
    with web.database.write() as session:
        session.query(Appointment).delete()
    assert "暂无待办" in client.get("/desk/").text
    task = web.open_task(web.apply().case_id)
    assert client.get(f"/desk/tasks/{task}").status_code == 403
