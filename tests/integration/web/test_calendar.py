"""工作日历: what a notice would move is shown before it is taken in; taking it in moves it."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from sqlalchemy import select

from app import calendar
from app.audit.models import AuditEvent
from app.calendar.models import CalendarVersion
from app.inbox import queries as inbox
from tests.support.web import COUNTY, Web

OWNER = f"policy_owner.{COUNTY}"
LOCAL = "2020-10-13,放假,三月三\n2020-10-17,上班,三月三调休"


def typed(**changes: str) -> dict[str, str]:
    return {"text": LOCAL, "place": COUNTY, "source": "农政办〔2020〕8号", **changes}


def due_of(web: Web, task: str) -> date:
    with web.database.read() as session:
        return inbox.item(session, task).due_on  # type: ignore[union-attr]


def versions(web: Web) -> int:
    with web.database.read() as session:
        return len(list(session.scalars(select(CalendarVersion.version))))


def test_a_preview_shows_the_deadlines_that_move_and_moves_none(web: Web) -> None:
    receipt = web.apply()
    task, before = web.open_task(receipt.case_id), versions(web)
    owner = web.client(OWNER)
    shown = owner.post("/desk/calendar/preview", data=typed()).text
    assert all(text in shown for text in (receipt.number, "2020-10-15", "2020-10-16", "确认导入", "三月三"))
    assert (due_of(web, task), versions(web)) == (date(2020, 10, 15), before)
    taken = owner.post("/desk/calendar/import", data=typed())
    assert (taken.status_code, due_of(web, task)) == (302, date(2020, 10, 16))
    page = owner.get(taken.location).text
    assert all(text in page for text in ("三月三", "农政办〔2020〕8号", "已导入"))
    with web.database.read() as session:
        (event,) = session.scalars(select(AuditEvent).where(AuditEvent.chain == "calendar"))
        assert (event.kind, event.payload["clocks"]) == ("calendar_imported", 1)


def test_the_days_that_hold_come_back_to_be_corrected(web: Web) -> None:
    owner = web.client(OWNER)
    owner.post("/desk/calendar/import", data=typed())
    form = owner.get(f"/desk/calendar/import?year=2020&place={COUNTY}").text
    assert LOCAL in form
    corrected = owner.post("/desk/calendar/import", data=typed(text="2020-10-14,放假,三月三"))
    assert corrected.status_code == 302
    with web.database.read() as session:
        days = calendar.special_days(session, 2020, None)
        assert [each.day for each in days if each.name == "三月三"] == []
    assert "2020-10-14,放假,三月三" in owner.get(f"/desk/calendar/import?year=2020&place={COUNTY}").text


def test_the_lines_of_a_year_say_what_the_year_is(web: Web) -> None:
    """Whole years come back as they went in, so that an owner may correct one day of a notice."""
    with web.database.read() as session:
        for year in calendar.official_years(session):
            days = calendar.special_days(session, year, None)
            assert list(calendar.parse_notice(calendar.as_lines(days), national=True).values()) == days


def test_wrong_lines_are_named_and_stay(web: Web) -> None:
    owner = web.client(OWNER)
    wrong = owner.post(
        "/desk/calendar/preview", data=typed(text="2020-13-01,放假,元旦\n2020-10-01,休,国庆", source=" ")
    )
    assert (wrong.status_code, "2020-13-01,放假,元旦" in wrong.text) == (422, True)
    lines = owner.post("/desk/calendar/preview", data=typed(text="2020-13-01,放假,元旦\n2020-10-01,休,国庆")).text
    assert "第1行" in lines
    assert "第2行" in lines
    chosen = {"file": (BytesIO("2020-10-13,放假,文件里的".encode()), "days.csv")}
    assert "文件里的" in owner.post("/desk/calendar/preview", data={**typed(text=""), **chosen}).text


def test_only_owners_keep_the_calendar_and_the_country_is_kept_by_the_highest(web: Web) -> None:
    clerk = web.client(f"county_clerk.{COUNTY}")
    assert "导入或更正" not in clerk.get("/desk/calendar").text
    for path in ("preview", "import"):
        assert clerk.post(f"/desk/calendar/{path}", data=typed()).status_code == 403
    assert clerk.get("/desk/calendar/import").status_code == 403
    elsewhere = web.client(OWNER).post("/desk/calendar/preview", data=typed(place="220104"))
    assert elsewhere.status_code == 403
    country = web.client(OWNER).post("/desk/calendar/preview", data=typed(place="all"))
    assert (country.status_code, "吉林省" in country.text) == (403, True)
