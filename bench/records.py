"""What hangs on the cases and awards of a province, and its staff: letters, chains, messages, households, claims."""

from __future__ import annotations

from bench.copies import COUNTIES, NAMED, TOWNSHIPS, Copies, Real, Size
from bench.filling import OWN_CASES

OWN = 100
"""So much of each kind lies in the real county, or is the real clerk's."""
FEW = ("case_request", "lead", "exchange", "claim", "claim_entry")
OF_CASES = ("case_message", "document", "document_pdf", "clock")
OF_WORK = ("message", "upload", "login_attempt")
OF_AWARDS = ("award_person", "award_event", "household", "household_member")
OF_STAFF = ("user_account", "appointment", "login_session", "batch", "batch_line", "bank_file", "task_batch")
CASE = f"CASE WHEN k.n <= {OWN} THEN k.n ELSE {OWN_CASES} + k.n END"
COUNTY_OF_CASE = f"(({CASE}) % {COUNTIES})"


def few(at: Copies, real: Real, before: Size, size: Size) -> None:
    """What one case in thirty has: requests, leads, questions, money that is claimed back."""
    span = before.failures, size.failures
    of_case = at.id("ca", f"({CASE})")
    county = f"CASE WHEN k.n <= {OWN} THEN t.county_id ELSE {at.id('co', COUNTY_OF_CASE)} END"
    waits, since = "k.n % 10 = 0", at.before("t.filed_at", "k.n % 40000")
    at.make("case_request", span, id=at.id("rq"), case_id=of_case, county_id=county, number=at.id("rn"),
            kind="CASE WHEN k.n % 20 < 10 THEN 'account' ELSE 'appeal' END", said=at.no_bytes, asked_at=since,
            status=f"CASE WHEN {waits} THEN 'waiting' ELSE 'answered' END")  # fmt: skip
    at.make("lead", span, id=at.id("le"), notice_id=at.id("no"), case_id=of_case, county_id=county,
            text_blind=at.id("lb"), sealed=at.no_bytes, times="1", received_at=since,
            settled_at=f"CASE WHEN {waits} THEN NULL ELSE t.filed_at END")  # fmt: skip
    at.make("exchange", span, id=at.id("ex"), case_id=of_case, kind="'consult'", status="'answered'",
            by_name="'王芳'", to_name="'李强'", asked_at=since, text=at.no_bytes)  # fmt: skip
    at.make("claim", span, NAMED, id=at.id("cm"), case_id=of_case, programme="t.programme", debtor="m.name",
            title="'多领资金'", opened_at=since, closed_at="NULL", **at.place(OWN))  # fmt: skip
    at.make("claim_entry", span, id=at.id("ce"), claim_id=at.id("cm"), order_id=at.id("or"), kind="'claimed'",
            amount="10000", note="''", at=since)  # fmt: skip


def cases(at: Copies, real: Real, before: Size, size: Size) -> None:
    """What every case leaves: an SMS, a letter with its PDF, a clock."""
    span = before.cases, size.cases
    of_case, since = at.id("ca"), at.before("t.filed_at", "k.n % 500000")
    at.make("case_message", span, id=at.id("cx"), case_id=of_case, case_seq="1", event="'filed'",
            once=at.id("on"), text=at.no_bytes, status="'sent'", created_at=since)  # fmt: skip
    at.make("document", span, id=at.id("do"), case_id=of_case, case_seq="1", template="'approval_notice'",
            template_hash="''", contract_hash="''", title="'决定书'", number=at.id("dn"), copies="1",
            verify_code=at.id("VC"), office_id="'of'", issued_on="t.applied_on", frozen=at.no_bytes,
            sha256=at.id("sh"), created_at=since)  # fmt: skip
    at.make("document_pdf", span, id=at.id("do"), sha256=at.id("sp"), content=at.no_bytes, signature="'none'",
            made_at=since)  # fmt: skip
    at.make("clock", span, id=at.id("ck"), case_id=of_case, key="'review'", title="'审核'", clause="''",
            unit="'working_days'", limit_days="20", started_on="t.applied_on", due_on="t.applied_on",
            status="CASE WHEN k.n % 3 = 0 THEN 'met' ELSE 'running' END", calendar_version="1",
            regions="'[]'", started_at=since)  # fmt: skip


def work(at: Copies, real: Real, before: Size, size: Size) -> None:
    """What open work brings along: messages to staff, files."""
    span = before.items, size.items
    since = at.before("t.filed_at", "k.n % 100000")
    at.make("message", span, id=at.id("me"), kind="'copied'", case_id=at.id("ca"), case_number=at.id("cn"),
            user_id=f"CASE WHEN k.n <= {OWN} THEN '{real.clerk}' ELSE {at.id('us', 'k.n % 20000')} END",
            step="'审核'", by_name="'李强'", at=since,
            read_at="CASE WHEN k.n % 10 = 0 THEN NULL ELSE t.filed_at END")  # fmt: skip
    at.make("upload", span, id=at.id("up"), case_id=at.id("ca"), name="'证明.jpg'", media_type="'image/jpeg'",
            size="1", sha256=at.id("su"), content=at.no_bytes, uploaded_by_name="'李强'",
            uploaded_at=since)  # fmt: skip
    at.make("login_attempt", span, id=at.id("at"), username=at.id("u", "k.n % 20000"), address="'10.0.0.1'",
            at=since, succeeded="k.n % 50 <> 0")  # fmt: skip


def chains(at: Copies, real: Real, before: Size, size: Size) -> None:
    """A link of every case's chain, and a login for every piece of open work, numbered down: real ones go on above."""
    since = at.before("t.filed_at", "k.n % 500000")
    at.make("audit_event", (before.cases, size.cases), id=at.id("ae"), chain=f"'case:' || {at.id('ca')}", seq="1",
            at=since, actor_id=at.id("us", "k.n % 20000"), actor_name="'王芳'", kind="'applied'", payload="'{}'",
            prev_hash="''", hash=at.id("ha"))  # fmt: skip
    at.make("audit_event", (before.items, size.items), id=at.id("al"), chain="'login'", seq="9000000 - k.n", at=since,
            actor_id=at.id("us", "k.n % 20000"), actor_name="'王芳'", payload="'{}'", prev_hash="''",
            kind="CASE WHEN k.n % 50 = 0 THEN 'login_failed' ELSE 'logged_in' END", hash=at.id("hl"))  # fmt: skip


def awards(at: Copies, real: Real, before: Size, size: Size) -> None:
    """Whom an award covers, who lives together, what became of it."""
    span = before.awards, size.awards
    since = at.days_before("t.applied_on", "k.n % 1000")
    at.make("award_person", span, award_id=at.id("aw"), person_id=at.id("pe"), valid_from=since)
    at.make("award_event", span, id=at.id("ev"), award_id=at.id("aw"), seq="1", kind="'started'", on_date=since,
            at="t.filed_at")  # fmt: skip
    at.make("household", span, id=at.id("ho"), recorded_at="t.filed_at")
    at.make("household_member", span, id=at.id("hm"), household_id=at.id("ho"), person_id=at.id("pe"),
            relation="'本人'", valid_from=since)  # fmt: skip


def staff(at: Copies, real: Real, before: Size, size: Size) -> None:
    """People with a post and a session, one for fifty pieces of open work, and the batches that they make."""
    span = before.staff, size.staff
    office = f"'of' || {at.id('to', f'k.n % {COUNTIES * TOWNSHIPS}')}"
    at.make("user_account", span, NAMED, id=at.id("us"), username=at.id("u"), name="m.name", active="1 = 1",
            must_change_password="1 = 0", created_at="t.filed_at")  # fmt: skip
    at.make("appointment", span, id=at.id("ap"), user_id=at.id("us"), office_id=office,
            position="'township_clerk'", valid_from="t.applied_on")  # fmt: skip
    at.make("login_session", span, id=at.id("ls"), key_hash=at.id("kh"), user_id=at.id("us"), address="''",
            agent="''", created_at="t.filed_at", seen_at="t.filed_at",
            expires_at=at.before("t.filed_at", "-1000000"))  # fmt: skip
    at.make("batch", span, id=at.id("ba"), key=at.id("bk"), kind="'monthly'", title="'低保金'", clause="'D4'",
            per="'household'", source="'city'", due_on=at.days_before("t.applied_on", "k.n % 1000"),
            status="'confirmed'", drafted_at="t.filed_at", **at.place(12))  # fmt: skip
    at.make("bank_file", span, id=at.id("bf"), made_at="t.filed_at", made_by_name="'李强'")
    at.make("task_batch", span, id=at.id("tb"), made_by=at.id("us"), made_at="t.filed_at", data="NULL",
            programme="t.programme", release_id="t.release_id", process_key="t.process_key",
            element_id="'review'", title="'审核'", state="'stopped'", round="1")  # fmt: skip
    lines = before.items // 5, size.items // 5
    at.make("batch_line", lines, NAMED, id=at.id("bl"), batch_id=at.id("ba", "k.n / 100"), once=at.id("bo"),
            region_id="t.region_id", programme="t.programme", payee="m.name", heads="1", amount="30000",
            excluded="1 = 0")  # fmt: skip
