"""The page of figures: what waits for a second person, who brought it, and confirming it there."""

from __future__ import annotations

from datetime import date

from app.figures import operations
from tests.support.web import COUNTY, Web

FIRST, SECOND = f"policy_owner.{COUNTY}", f"policy_owner.{COUNTY}.2"


def test_what_waits_shows_who_brought_it_and_another_confirms_it(web: Web) -> None:
    with web.database.write() as session:
        proposer = web.actor(FIRST)
        entered = operations.propose(
            session, proposer, "extra_share_minor", COUNTY, "0.25",
            valid_from=date(2020, 10, 1), reason="农政发〔2020〕3号", now=web.clock.now(),
        )  # fmt: skip
    confirming = f"/desk/figures/{entered.id}/confirm"
    own = web.client(FIRST).get("/desk/figures").text
    assert all(text in own for text in ("等待确认", "农政发〔2020〕3号", proposer.name, "撤回"))
    assert confirming not in own
    clerk = web.client(f"county_clerk.{COUNTY}").get("/desk/figures").text
    assert "等待另一人确认" in clerk
    assert confirming not in clerk
    refused = web.client(FIRST).post(confirming)
    assert (refused.status_code, "另一位" in refused.text) == (403, True)
    second = web.client(SECOND)
    assert confirming in second.get("/desk/figures").text
    assert second.post(confirming).status_code == 302
    after = second.get("/desk/figures").text
    assert "自动重新核算" in after
    assert "等待确认" not in after
    assert "0.25" in after
    assert second.post(confirming).status_code == 409


def test_an_entry_is_sent_back_with_a_reason(web: Web) -> None:
    with web.database.write() as session:
        entered = operations.propose(
            session, web.actor(FIRST), "extra_share_minor", COUNTY, "0.25",
            valid_from=date(2020, 10, 1), reason="文件", now=web.clock.now(),
        )  # fmt: skip
    second = web.client(SECOND)
    assert second.post(f"/desk/figures/{entered.id}/reject", data={"reason": " "}).status_code == 422
    assert second.post(f"/desk/figures/{entered.id}/reject", data={"reason": "文件未印发"}).status_code == 302
    assert "等待确认" not in second.get("/desk/figures").text
