"""Tables of the registry. Identity and account numbers and facts about people rest sealed; a blind index finds them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.db import AwareDateTime, Base, Json, Money, keys, only
from app.registry.models.institutions import (
    HeldPlace,
    Institution,
    InstitutionAccount,
    InstitutionRating,
    PlaceInLine,
)

__all__ = [
    "CHILDREN",
    "ELDERLY",
    "ENDED",
    "INSTITUTION_ACCOUNT",
    "IN_PAYMENT",
    "PAID",
    "WITHDRAWN",
    "Award",
    "AwardEvent",
    "AwardPerson",
    "AwardTerms",
    "Consent",
    "HeldPlace",
    "Household",
    "HouseholdMember",
    "Institution",
    "InstitutionAccount",
    "InstitutionRating",
    "OnceClaim",
    "Person",
    "PersonChange",
    "PlaceInLine",
    "award_columns",
]

ELDERLY, CHILDREN = "elderly", "children"
IN_PAYMENT, PAID, ENDED, WITHDRAWN = "in_payment", "paid", "ended", "withdrawn"
INSTITUTION_ACCOUNT = "institution_account"
"""`channel` of an award whose money goes to the account of the institution (E18); any other goes to the person."""


class Person(Base):
    """Somebody who receives, applied or lives in a household that does. The name is None until somebody says it.

    Of a provisional file the number is a stand-in (`core.id_number`) and the day of birth None. Who was found to be
    somebody else is `merged_into` that file, always one that is not merged itself; the number still leads there.
    """

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    blind: Mapped[str] = mapped_column(String(64), unique=True, info=keys.blind("person", of="id_number_sealed"))
    id_number_sealed: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("person", "id_number"))
    name: Mapped[str | None] = mapped_column(String(60), index=True)
    birth_date: Mapped[date | None] = mapped_column(Date)
    died_on: Mapped[date | None] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(AwareDateTime)
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)


class PersonGram(Base):
    """One or two characters of a person's name, or initials of them: what a search by any part looks up.

    One row for each county (empty: none) in which the person has, or had, an award: a search reads its own alone.
    """

    __tablename__ = "person_gram"

    gram: Mapped[str] = mapped_column(String(4), primary_key=True)
    county_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class PersonChange(Base):
    """What happened to a file: another was `merged` into it, it was `renamed`, or what was another person's was
    `parted` from it to that person's file `other_id`. `state`: standing or undone.

    `moved` is what it takes to undo it: ids of the rows that were moved, or the name before.
    """

    __tablename__ = "person_change"
    __table_args__ = (
        CheckConstraint("kind IN ('merged', 'renamed', 'parted')", name="kind"),
        CheckConstraint("state IN ('standing', 'undone')", name="state"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    other_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    case_id: Mapped[str | None] = mapped_column(String(32), index=True)
    case_seq: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(200))
    moved: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("person_change", "moved"))
    by_id: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(AwareDateTime)


class Household(Base):
    """People who live together and share income."""

    __tablename__ = "household"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    region_id: Mapped[str | None] = mapped_column(ForeignKey("region.id"))
    recorded_at: Mapped[datetime] = mapped_column(AwareDateTime)


class HouseholdMember(Base):
    """A person's time in a household, up to, not including, `valid_until`. One household at a time."""

    __tablename__ = "household_member"
    __table_args__ = (Index("uq_household_member_now", "person_id", unique=True, **only("valid_until IS NULL")),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    household_id: Mapped[str] = mapped_column(ForeignKey("household.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    relation: Mapped[str | None] = mapped_column(String(20))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)


class Award(Base):
    """What a person or household receives by the month (`monthly`), or was paid once.

    `amount` is a month's as it was decided last; what a month is due, its terms say (AwardTerms). It runs from
    `starts_on` up to, not including, `ended_on`.
    """

    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("status IN ('in_payment','paid','ended','withdrawn')", name="status"),
        Index("ix_award_county_id_programme", "county_id", "programme", "status"),
        # Lists: of a division of any level, of a status, the newest first.
        Index("ix_award_region_listed", "region_id", "status", "id"),
        Index("ix_award_township_listed", "township_id", "status", "id"),
        Index("ix_award_county_listed", "county_id", "status", "id"),
        Index("ix_award_city_listed", "city_id", "status", "id"),
        Index("ix_award_province_listed", "province_id", "status", "id"),
        Index("ix_award_household", "household_id", **only("household_id IS NOT NULL")),
        Index("ix_award_recheck_on", "recheck_on"),
        Index("ix_award_visit_on", "visit_on"),
        # What is due in a village, a township or a county.
        *(
            Index(f"ix_award_{place}_{day}", f"{place}_id", f"{day}_on", **only(known))
            for place in ("region", "township", "county")
            for day, known in (("recheck", text("recheck_on IS NOT NULL")), ("visit", text("visit_on IS NOT NULL")))
        ),
        Index("ix_award_waiting", "county_id", "place_rank", **only("place_rank IS NOT NULL")),
        # One award of a programme at a time: of two confirmations at the same moment exactly one succeeds.
        Index("uq_award_in_payment", "programme", "person_id", unique=True, **only("status = 'in_payment'")),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    programme: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str | None] = mapped_column(String(40))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    household_id: Mapped[str | None] = mapped_column(ForeignKey("household.id"))
    region_id: Mapped[str] = mapped_column(ForeignKey("region.id"))
    region_code: Mapped[str] = mapped_column(String(12))
    province_code: Mapped[str] = mapped_column(String(12))
    province_id: Mapped[str | None] = mapped_column(String(32))
    city_id: Mapped[str | None] = mapped_column(String(32))
    county_id: Mapped[str | None] = mapped_column(String(32))
    township_id: Mapped[str | None] = mapped_column(String(32))
    monthly: Mapped[bool]
    amount: Mapped[Decimal | None] = mapped_column(Money)
    starts_on: Mapped[date] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    end_reason: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(12))
    recheck_on: Mapped[date | None] = mapped_column(Date)
    visit_on: Mapped[date | None] = mapped_column(Date)
    # The first month for which somebody is missing whom the sum still counts: from it on nothing is paid until it is
    # calculated again.
    recount_since: Mapped[date | None] = mapped_column(Date)
    institution_id: Mapped[str | None] = mapped_column(ForeignKey("institution.id"))
    # Waits for a place in an institution since a day, by a rank that the programme's table gives (E12).
    wants_place_on: Mapped[date | None] = mapped_column(Date)
    place_rank: Mapped[int | None]
    # Drawn in the county when the person joined the line; of the same rank the lower comes first.
    place_number: Mapped[int | None]
    account_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("award", "account"))
    facts_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("award", "facts"))
    # What a monthly batch reads of the fact `payment_terms`, in the clear since a statement cannot open what is sealed.
    channel: Mapped[str | None] = mapped_column(String(20))
    split: Mapped[Any | None] = mapped_column(Json)
    case_id: Mapped[str | None] = mapped_column(String(32), index=True)
    case_number: Mapped[str | None] = mapped_column(String(40))
    case_seq: Mapped[int | None]
    recorded_at: Mapped[datetime] = mapped_column(AwareDateTime)


class AwardPerson(Base):
    """Who is covered by an award, from a day up to, not including, `valid_until`; within the days of the award.

    The recipient, and the household where it is granted by the household. What was undone has no days.
    """

    __tablename__ = "award_person"

    award_id: Mapped[str] = mapped_column(ForeignKey("award.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    valid_until: Mapped[date | None] = mapped_column(Date)


class AwardRole(Base):
    """Who else has to do with an award, from a day up to, not including, `valid_until`: see `app.registry.roles`."""

    __tablename__ = "award_role"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    award_id: Mapped[str] = mapped_column(ForeignKey("award.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    case_id: Mapped[str | None] = mapped_column(String(32), index=True)
    case_seq: Mapped[int | None]


class AwardEvent(Base):
    """What happened to a monthly award, and how it stood before, so that a case taken back can be undone."""

    __tablename__ = "award_event"
    __table_args__ = (UniqueConstraint("award_id", "seq"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    award_id: Mapped[str] = mapped_column(ForeignKey("award.id"))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    on: Mapped[date] = mapped_column("on_date", Date)
    amount: Mapped[Decimal | None] = mapped_column(Money)
    reason: Mapped[str | None] = mapped_column(String(200))
    case_id: Mapped[str | None] = mapped_column(String(32), index=True)
    case_seq: Mapped[int | None]
    before_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("award_event", "before"))
    at: Mapped[datetime] = mapped_column(AwareDateTime)


class AwardTerms(Base):
    """What an award pays from a month on (`since`: its first day), and whether it goes to an institution.

    Of those that begin by a month, the one decided last holds: the highest `seq` (its event's), then the latest
    `since`.
    `basis` is the event whose facts the amount was calculated from. What was undone is void.
    """

    __tablename__ = "award_terms"
    __table_args__ = (
        UniqueConstraint("award_id", "seq", "since"),
        CheckConstraint("amount >= 0", name="amount"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    award_id: Mapped[str] = mapped_column(ForeignKey("award.id"))
    seq: Mapped[int]
    since: Mapped[date] = mapped_column(Date)
    amount: Mapped[Decimal | None] = mapped_column(Money)
    basis: Mapped[int]
    channel: Mapped[str | None] = mapped_column(String(20))
    split: Mapped[Any | None] = mapped_column(Json)
    institution_id: Mapped[str | None] = mapped_column(String(32))
    void: Mapped[bool]
    at: Mapped[datetime] = mapped_column(AwareDateTime)


class OnceClaim(Base):
    """Somebody's one grant of a programme within a region (A6); the constraint serialises two cases."""

    __tablename__ = "once_claim"
    __table_args__ = (UniqueConstraint("programme", "scope_region_id", "person_blind"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    programme: Mapped[str] = mapped_column(String(60))
    scope_region_id: Mapped[str] = mapped_column(ForeignKey("region.id"))
    person_blind: Mapped[str] = mapped_column(String(64), info=keys.blind("person"))
    case_id: Mapped[str] = mapped_column(String(32), index=True)
    claimed_at: Mapped[datetime] = mapped_column(AwareDateTime)
    case_seq: Mapped[int | None]


class Consent(Base):
    """What somebody allowed (E21): `scope` is the programme's word for it, `form` how it was said.

    `given_by` said it. It stands from `given_on` up to, not including, `withdrawn_on`. One that its case took back was
    never given.
    """

    __tablename__ = "consent"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    scope: Mapped[str] = mapped_column(String(40))
    form: Mapped[str] = mapped_column(String(20))
    given_on: Mapped[date] = mapped_column(Date)
    given_by: Mapped[str] = mapped_column(String(80))
    case_id: Mapped[str | None] = mapped_column(String(32), index=True)
    case_seq: Mapped[int | None]
    recorded_at: Mapped[datetime] = mapped_column(AwareDateTime)
    withdrawn_on: Mapped[date | None] = mapped_column(Date)
    withdrawn_case_id: Mapped[str | None] = mapped_column(String(32), index=True)
    withdrawn_seq: Mapped[int | None]
    taken_back_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


def award_columns(chain: Any) -> dict[str, Any]:
    """The region columns of an award that is granted in the nearest region of a chain."""
    levels = {
        f"{level}_id": getattr(chain.at(level), "id", None) for level in ("province", "city", "county", "township")
    }
    return {
        **levels,
        "region_id": chain.nearest.id,
        "region_code": chain.nearest.code,
        "province_code": chain.refs[-1].code,
    }
