"""The work of a province: cases, awards, what is open and done, notices, money, jobs."""

from __future__ import annotations

from bench.copies import COUNTIES, GRAMS, NAMED, Copies, Real, Size

OWN = 300
"""So much open work of the copies is the real township's."""
OWN_CASES, OWN_AWARDS, OWN_NOTICES, OWN_ORDERS = 3000, 1000, 600, 1000
"""So many of the copies lie in the real county."""


def cases(at: Copies, real: Real, before: Size, size: Size) -> None:
    """Cases and by what their names are found."""
    own = f"k.n <= {OWN_CASES}"
    number = at.id("长救〔2020〕")
    changes = at.where(own) | {
        "id": at.id("ca"), "number": number, "applicant_name": "m.name",
        "applicant_blind": at.id("bl"), "query_hash": at.id("qu"),
        "filed_at": at.before("t.filed_at", f"CASE WHEN {own} THEN k.n * 150 ELSE k.n % 500000 END"),
        "status": "CASE WHEN k.n % 3 = 0 THEN 'approved' ELSE 'in_progress' END",
        "closed_at": f"CASE WHEN k.n % 3 = 0 THEN {at.before('t.filed_at', 'k.n % 400000')} ELSE NULL END",
        "number_tail": f"CAST({at.reversed_digits('1000000000 + k.n')} AS VARCHAR(8))",
        "tail_blind": at.id("tb", "k.n % 10000"), "state": at.no_bytes,
    }  # fmt: skip
    span = before.cases, size.cases
    at.copy("case_file", real.rows["case_file"], span, changes, NAMED)
    at.make("case_gram", span, GRAMS, case_id=at.id("ca"), gram="g.gram", county_id=at.county(OWN_CASES))


def failures(at: Copies, real: Real, before: Size, size: Size) -> None:
    """Steps that failed and what is owed after the fact, one in ten still open; a hundred in the real county."""
    case = f"CASE WHEN k.n <= 100 THEN k.n ELSE {OWN_CASES} + k.n END"
    of_case, place = at.id("ca", f"({case})"), at.id("co", f"(({case}) % {COUNTIES})")
    county = f"CASE WHEN k.n <= 100 THEN t.county_id ELSE {place} END"
    ended = "CASE WHEN k.n % 10 = 0 THEN NULL ELSE t.filed_at END"
    rows = {
        "incident": {
            "id": at.id("in"), "county_id": county, "case_id": of_case, "action_id": "'bench'",
            "element_id": "'village_investigation'", "stage": "'effect'", "message": "'缺少政策参数'", "cause": "''",
            "raised_at": at.before("t.filed_at", "k.n % 40000"), "resolved_at": ended,
        },
        "owed": {
            "id": at.id("ow"), "county_id": county, "case_id": of_case, "case_seq": "1", "place": "1",
            "key": "'income_proof'", "title": "'收入证明'", "since": "t.filed_at", "settled_at": ended,
        },
    }  # fmt: skip
    for table, columns in rows.items():
        at.make(table, (before.failures, size.failures), **columns)


def items(at: Copies, real: Real, before: Size, size: Size) -> None:
    """Open work, and five times as much that is done."""
    own = f"k.n <= {OWN}"
    office = at.id("ofto", at.TOWNSHIP)
    common = {"case_id": at.id("ca", f"(1 + k.n % {size.cases})"), "subject": "m.name", "detail": "NULL",
              "engine_task_id": "NULL"}  # fmt: skip
    opened = {name: value for name, value in at.where(own).items() if name != "region_id"} | common | {
        "id": at.id("op"), "case_number": at.id("长救〔2020〕"),
        "office_id": f"CASE WHEN {own} THEN t.office_id ELSE {office} END",
        "candidate": f"CASE WHEN {own} THEN t.candidate ELSE t.position || '@' || {office} END",
        "due_on": at.days_before("t.sort_on", "k.n % 60 - 30"),
        "sort_on": at.days_before("t.sort_on", "k.n % 60 - 30"),
        "created_at": at.before("t.created_at", "k.n % 100000"),
    }  # fmt: skip
    at.copy("work_item", real.rows["open"], (before.items, size.items), opened, NAMED)
    closed = {name: value for name, value in at.where(own).items() if name != "region_id"} | common | {
        "id": at.id("cl"), "case_number": at.id("长救〔2020〕"),
        "office_id": f"CASE WHEN {own} THEN t.office_id ELSE {office} END",
        "candidate": f"CASE WHEN {own} THEN t.candidate ELSE t.position || '@' || {office} END",
        "closed_by": f"CASE WHEN {own} THEN t.closed_by ELSE {at.id('us', 'k.n % 20000')} END",
        "closed_at": at.before("t.closed_at", "k.n % 500000"),
    }  # fmt: skip
    span = before.closed, size.closed
    at.copy("work_item", real.rows["closed"], span, closed, NAMED)


def awards(at: Copies, real: Real, before: Size, size: Size) -> None:
    """People in payment and by what their names are found."""
    person, own = at.id("pe"), f"k.n <= {OWN_AWARDS}"
    span = before.awards, size.awards
    people = {"id": person, "blind": at.id("bp"), "name": "m.name"}
    at.copy("person", real.rows["person"], span, people, NAMED)
    at.make("person_gram", span, GRAMS, gram="g.gram", county_id=at.county(OWN_AWARDS), person_id=person)
    places = {name: value for name, value in at.where(own).items() if name != "village_id"}
    changes = places | {
        "id": at.id("aw"), "person_id": person, "case_id": at.id("ca"),
        "case_number": at.id("长救〔2020〕"), "account_sealed": "NULL", "facts_sealed": "NULL",
        "recheck_on": at.days_before("t.starts_on", "k.n * 7 % 3650 - 3650"),
    }  # fmt: skip
    at.copy("award", real.rows["award"], span, changes)


def rest(at: Copies, real: Real, before: Size, size: Size) -> None:
    """Notices (most of them over), money, jobs."""
    until = at.days_before("t.until_on", "k.n % 4000")
    notices = at.place(OWN_NOTICES) | {
        "id": at.id("no"), "case_id": at.id("ca"), "until_on": until,
        "wait_id": at.id("wa"), "status": "CASE WHEN k.n % 4000 > 60 THEN 'completed' ELSE 'posted' END",
    }  # fmt: skip
    at.copy("notice", real.rows["notice"], (before.notices, size.notices), notices)
    orders = at.place(OWN_ORDERS) | {
        "id": at.id("or"), "case_id": at.id("ca"), "dedup": at.id("or"),
        "status": "CASE WHEN k.n % 20 = 0 THEN 'pending' ELSE 'paid' END", "account": "NULL",
        "due_on": at.days_before("t.due_on", "k.n % 1000"), "payee": "m.name", "replaces": "NULL",
        "bank_file_id": f"CASE WHEN k.n % 20 = 0 THEN NULL ELSE {at.id('bf', 'k.n / 100')} END",
    }  # fmt: skip
    at.copy("payment_order", real.rows["payment_order"], (before.cases, size.cases), orders,
               NAMED)  # fmt: skip
    jobs = {"id": at.id("jo"), "dedup": at.id("jo"), "payload": "NULL",
            "state": "CASE WHEN k.n % 10 = 0 THEN 'ready' ELSE 'done' END", "case_id": at.id("ca"),
            "due": at.before("t.due", "-60 * 24 * (1 + k.n % 300)"),
            "finished_at": at.before("t.due", "k.n % 40000")}  # fmt: skip
    at.copy("job", real.rows["job"], (before.items, size.items), jobs)
