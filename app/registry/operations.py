"""Awards: started, changed, ended, and taken back with the case that granted them. The door to the slice's commands."""

from __future__ import annotations

from app.registry.changing import SINGLE_PERSON, change_award, end_award, take_out
from app.registry.grants import claim_once, record_benefit, release_claims, withdraw_grants
from app.registry.institutions import free_place, register_institution, take_place
from app.registry.lookups import blind
from app.registry.mistaken_deaths import undo_death
from app.registry.people import record_person
from app.registry.queries import award_in_payment
from app.registry.starting import AwardRequest, start_award
from app.registry.story import import_story_registry
from app.registry.taking_back import (
    awards_started,
    take_back_awards,
    take_back_institutions,
    undo_award_events,
)

__all__ = [
    "SINGLE_PERSON",
    "AwardRequest",
    "award_in_payment",
    "awards_started",
    "blind",
    "change_award",
    "claim_once",
    "end_award",
    "free_place",
    "import_story_registry",
    "record_benefit",
    "record_person",
    "register_institution",
    "release_claims",
    "start_award",
    "take_out",
    "take_place",
    "take_back_awards",
    "take_back_institutions",
    "undo_award_events",
    "undo_death",
    "withdraw_grants",
]
