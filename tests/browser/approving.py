"""What the staff do with applications that somebody made in a browser, by the operations behind their buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.scenarios.play import Player
from app.scenarios.story import Step, Story
from app.scenarios.world import World
from tests.support.web import COUNTY, TOWNSHIP, VILLAGE, Web


@dataclass(frozen=True, slots=True)
class Duty:
    """A step of the staff: so many days after the application, by a holder of the position, with these answers."""

    days: int
    element: str
    position: str
    answers: Mapping[str, Any]


TRUE, YES, WHOLE = {"facts_true": True, "opinion": "属实"}, {"approved": True}, {"complete": True}
QUILTS = [{"name": "棉被", "quantity": 3}]
FIGURES = {
    "extra_share_seriously_ill": 0.3, "tekun_basic_home_month": 560, "tekun_care_full_month": 90,
    "orphan_living_month": 1000, "disaster_amount_per_person": 500,
}  # fmt: skip
KNOWN = {
    "reserve_fund": [{"region": TOWNSHIP, "balance": 5000}],
    "goods": [{"name": "棉被", "unit": "床", "quantity": 10}],
}
DUTIES: dict[str, list[Duty]] = {
    "dibao": [
        Duty(0, "acceptance", "township_clerk", WHOLE),
        Duty(1, "means_check", "township_clerk", {"annual_income": 6000, "financial_assets": 3000}),
        Duty(2, "household_visit", "township_clerk", {"consistent": True, "disputed": False}),
        Duty(3, "review", "township_head", YES),
        Duty(14, "county_confirmation", "county_head", YES),
    ],
    "tekun": [
        Duty(0, "acceptance", "township_clerk", WHOLE),
        Duty(1, "investigation", "township_clerk", TRUE),
        Duty(2, "review", "township_head", YES),
        Duty(14, "county_examination", "county_clerk", WHOLE),
        Duty(14, "county_decision", "county_head", YES),
        Duty(14, "care_assessment", "township_clerk", {"self_care": "full"}),
        Duty(14, "placement", "township_clerk", {"form": "home", "caregiver": "王小军"}),
        Duty(14, "sign_agreement", "township_head", {"signer": "township"}),
        Duty(14, "sign_agreement", "township_clerk", {"signer": "caregiver"}),
        Duty(14, "sign_agreement", "township_clerk", {"signer": "person"}),
    ],
    "disability_allowances": [
        Duty(0, "acceptance", "township_clerk", WHOLE),
        Duty(1, "review", "township_head", YES),
        Duty(2, "certificate_check", "county_clerk",
             {"valid": True, "category": "physical", "grade": 2, "low_income": True}),
        Duty(2, "decision", "county_head", YES),
    ],
    "disaster_relief": [
        Duty(1, "village_examination", "village_cadre", {**YES, "amount": 1200}),
        Duty(14, "township_examination", "township_head", YES),
        Duty(14, "county_examination", "county_head", {**YES, "amount": 1200, "goods": QUILTS}),
        Duty(25, "handing_out", "township_clerk",
             {"goods": QUILTS, "received_by": "王建国", "received_on": "2020-11-06", "signed": True}),
    ],
    "emergency_relief": [
        Duty(0, "rescue_decision", "township_head", {**YES, "amount": 1000}),
        Duty(1, "supplement", "township_clerk",
             {"cause": "住房失火", "amount": 1000, "signed_by": "张敏", "sealed": True}),
    ],
    "expenditure_relief": [
        Duty(0, "acceptance", "township_clerk", WHOLE),
        Duty(1, "verification", "township_clerk", {"hardship_confirmed": True, "necessary_spending": 30000}),
        Duty(2, "review", "township_head", {**YES, "amount": 3000}),
        Duty(13, "township_confirmation", "township_head", YES),
    ],
    "orphan_support": [
        Duty(0, "acceptance", "township_clerk", WHOLE),
        Duty(1, "visit", "township_clerk", TRUE),
        Duty(1, "review", "township_head", YES),
        Duty(2, "decision", "county_head", YES),
    ],
    "uninsured_unemployed_relief": [
        Duty(1, "village_investigation", "village_cadre", TRUE),
        Duty(1, "township_review", "township_clerk", {"confirmed": True, "amount": 800}),
    ],
}  # fmt: skip


class Staff:
    """The people of the site; made before anybody applies, since the day of application asks for the figures."""

    def __init__(self, web: Web) -> None:
        self._began = web.clock.now()
        story = Story("", [], "dibao", VILLAGE, self._began, [], {}, {COUNTY: [FIGURES]}, KNOWN)
        self._player = Player(World(web.database, web.clock, web.database.dispose), story)
        self._player.begin()

    def approve(self, cases: Mapping[str, str]) -> None:
        """Every case (id by programme) to its approval, day by day; what falls due between is done at its time."""
        planned = [(duty, case) for programme, case in cases.items() for duty in DUTIES[programme]]
        for duty, case in sorted(planned, key=lambda each: each[0].days):
            self._player.last = case
            at = self._began + timedelta(days=duty.days)
            refusal = self._player.take(Step(duty.element, duty.position, at, dict(duty.answers)))
            assert refusal is None, (duty.element, refusal and (refusal.message, refusal.fields))
