"""主动发现 (F1): who may qualify and has not applied is listed a part at a time, exported, and gone once helped."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from app.cases import outreach
from app.core.clock import local_date
from app.core.ids import new_id
from app.identity import queries as identity
from app.registry import operations as registry
from tests.support.money import COUNTY, VILLAGE
from tests.support.statements import counted
from tests.support.web import Web

HEAD, SEVERE, WELL = "220122195506127031", "220122194802170048", "220122199001014021"
PROGRAMME, CLERK = "disability_allowances", f"county_clerk.{COUNTY}"


def _award(session: Session, web: Web, **more: Any) -> None:
    now = web.clock.now()
    village = identity.region_by_code(session, VILLAGE, local_date(now))
    request = registry.AwardRequest(
        id=new_id(), programme="dibao", id_number=HEAD, name="周桂兰", region_id=village.id, monthly=Decimal(410),
        starts_on=date(2020, 1, 1), kind="household",
    )  # fmt: skip
    registry.start_award(session, replace(request, **more), now)


def test_who_may_qualify_is_listed_until_helped(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    members = [{"id_number": number, "name": name, "severe": number == SEVERE, "ward": False, "relation": "配偶"}
               for number, name in ((HEAD, "周桂兰"), (SEVERE, "刘福"), (WELL, "刘芳"))]  # fmt: skip
    clerk, other = web.client(), web.client()
    web.sign_in(clerk, CLERK)
    web.sign_in(other, "county_clerk.220104")
    assert "没有符合条件而未申请的人" in clerk.get("/desk/awards/outreach").text
    with web.database.write() as session:
        _award(session, web, members=members, facts={"assessed": {"members": members}})
    page = clerk.get("/desk/awards/outreach").text
    assert ("刘福" in page, "低保家庭中的重度残疾人" in page, SEVERE in page) == (True, True, False)
    assert "刘芳" not in page
    sheet = load_workbook(io.BytesIO(clerk.get(f"/desk/awards/outreach.xlsx?programme={PROGRAMME}").data)).active
    assert sheet is not None
    assert [row[:2] for row in sheet.iter_rows(min_row=2, values_only=True)] == [("刘福", SEVERE)]
    assert "刘福" not in other.get("/desk/awards/outreach").text

    actor = web.actor(CLERK)
    with web.database.write() as session:
        for number in ("220122197001014014", "220122197101014011"):
            _award(session, web, id_number=number, name="丁一", facts={})
        monkeypatch.setattr(outreach, "PART", 1)
        with counted(session) as first:
            part = outreach.part(session, actor, PROGRAMME, "", web.clock.now())
        with counted(session) as second:
            outreach.part(session, actor, PROGRAMME, part.after, web.clock.now())
        assert (part.looked, len(first) >= len(second)) == (1, True)
        assert len(first) <= 9
        assert [each.name for each in outreach.everybody(session, actor, PROGRAMME, web.clock.now())] == ["刘福"]
        _award(session, web, programme=PROGRAMME, id_number=SEVERE, name="刘福", kind="care", monthly=Decimal(80))
        assert outreach.everybody(session, actor, PROGRAMME, web.clock.now()) == []
