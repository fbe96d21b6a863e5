"""A case (案件) with its running instance, the decisions taken in it and its incidents."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import AwareDateTime, Base, Json, Money, keys, only

UNRESOLVED, UNANSWERED = text("resolved_at IS NULL"), text("status = 'waiting'")
UNSETTLED, ON_AN_AWARD = text("settled_at IS NULL"), text("award_id IS NOT NULL")


class Case(Base):
    """The row that every action locks first. `status`: in_progress, suspended, approved, refused, withdrawn, ended.

    `state` is the sealed instance: the engine's compact state, the variables, and what the form did not know.
    """

    __tablename__ = "case_file"
    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_case_file_province_filed", "province_id", "filed_at", "id"),
        Index("ix_case_file_county_filed", "county_id", "filed_at", "id"),
        Index("ix_case_file_township_filed", "township_id", "filed_at", "id"),
        Index("ix_case_file_village_filed", "village_id", "filed_at", "id"),
        Index("ix_case_file_applicant", "applicant_blind"),
        Index("ix_case_file_award", "award_id", "closed_at", **only(ON_AN_AWARD)),
        Index("ix_case_file_begun_by", "begun_by", **only("begun_by IS NOT NULL")),
        Index("ix_case_file_release", "release_id", "closed_at"),
        Index("ix_case_file_number_tail", "number_tail", "county_id"),
        Index("ix_case_file_tail_blind", "tail_blind", "county_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    programme: Mapped[str] = mapped_column(String(64))
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"))
    process_key: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(16))
    region_id: Mapped[str] = mapped_column(String(32))
    province_id: Mapped[str] = mapped_column(String(32))
    county_id: Mapped[str | None] = mapped_column(String(32))
    township_id: Mapped[str | None] = mapped_column(String(32))
    village_id: Mapped[str | None] = mapped_column(String(32))
    applicant_name: Mapped[str] = mapped_column(String(100))
    applicant_blind: Mapped[str] = mapped_column(String(64), info=keys.blind("person"))
    award_id: Mapped[str | None] = mapped_column(String(32))
    begun_by: Mapped[str | None] = mapped_column(String(32))
    begun_seq: Mapped[int | None]
    channel: Mapped[str] = mapped_column(String(16))
    query_hash: Mapped[str | None] = mapped_column(String(64), info=keys.blind("query"))
    applied_on: Mapped[date]
    filed_at: Mapped[datetime] = mapped_column(AwareDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    state: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("case_file", "state"))
    version: Mapped[int]
    audit_seq: Mapped[int]
    audit_hash: Mapped[str] = mapped_column(String(64))
    # The audit number at which it was last reopened after its money was out: what it ordered before stays.
    reopened_seq: Mapped[int | None]
    # How people look for it: the last digits of its number, reversed, and a keyed hash of those of the identity number.
    number_tail: Mapped[str | None] = mapped_column(String(8))
    tail_blind: Mapped[str | None] = mapped_column(String(64), info=keys.blind("tail"))
    # The applicant wants no SMS; what must be known of the case itself (a changed telephone, a new code) is still sent.
    quiet: Mapped[bool] = mapped_column(default=False, server_default=false())


class CaseGram(Base):
    """One or two characters of an applicant's name, or initials of them: what a search by any part looks up."""

    __tablename__ = "case_gram"
    __table_args__ = (Index("ix_case_gram_gram", "gram", "county_id", "case_id"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    gram: Mapped[str] = mapped_column(String(4), primary_key=True)
    county_id: Mapped[str | None] = mapped_column(String(32))


class Reopening(Base):
    """A case whose money was out went back to `element_id`, to be decided again; its decisions since `since_seq` fell.

    The applicant is as the case named him then: who is another person now owes all that was paid to the first one.
    What is decided again on an award holds as of the day of what fell, `holds_from`.
    """

    __tablename__ = "reopening"
    __table_args__ = (UniqueConstraint("case_id", "seq"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"))
    seq: Mapped[int]
    since_seq: Mapped[int]
    element_id: Mapped[str] = mapped_column(String(128))
    reason: Mapped[str] = mapped_column(String(500))
    applicant_name: Mapped[str] = mapped_column(String(100))
    applicant_blind: Mapped[str] = mapped_column(String(64), info=keys.blind("person"))
    holds_from: Mapped[date | None] = mapped_column()
    by_id: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(AwareDateTime)


class DoorAnswer(Base):
    """Somebody was refused at the door, before there was a case. `code` is the refusal's, `sealed` its message.

    Nothing else of the application is kept but what the decisions read (`DecisionRecord.door_id`).
    """

    __tablename__ = "door_answer"
    __table_args__ = (Index("ix_door_answer_applicant", "applicant_blind", "answered_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"))
    process_key: Mapped[str] = mapped_column(String(32))
    region_id: Mapped[str] = mapped_column(String(32))
    applicant_blind: Mapped[str] = mapped_column(String(64), info=keys.blind("person"))
    award_id: Mapped[str | None] = mapped_column(String(32))
    channel: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(32))
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("door_answer", "sealed"))
    answered_at: Mapped[datetime] = mapped_column(AwareDateTime)
    answered_by: Mapped[str | None] = mapped_column(String(32))


class DecisionRecord(Base):
    """What an action decided, in a case or at the door, so that it can be run again (`app.cases.decisions`).

    `sealed`: of every evaluation its element and decision, each name that was read with its typed value, the result,
    the rows that fired, the figures. A row from before holds one: `element_id`, `decision` and `place`, the
    how-manyth of its action, tell which; they say nothing of an action's row.
    """

    __tablename__ = "decision_record"
    __table_args__ = (
        CheckConstraint("(case_id IS NULL) <> (door_id IS NULL)", name="owner"),
        Index("ix_decision_record_case", "case_id", "decided_at"),
        Index("ix_decision_record_door", "door_id", **only("door_id IS NOT NULL")),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("case_file.id"))
    door_id: Mapped[str | None] = mapped_column(ForeignKey("door_answer.id"))
    action_id: Mapped[str] = mapped_column(String(32))
    place: Mapped[int]
    release_id: Mapped[str] = mapped_column(String(32))
    element_id: Mapped[str] = mapped_column(String(128))
    decision: Mapped[str] = mapped_column(String(128))
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("decision_record", "sealed"))
    decided_at: Mapped[datetime] = mapped_column(AwareDateTime)


class Incident(Base):
    """A step or effect that failed: the case waits here until somebody mends the cause and retries."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_case", "case_id", "resolved_at"),
        Index("ix_incident_open", "county_id", "raised_at", "id", **only(UNRESOLVED)),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"))
    county_id: Mapped[str | None] = mapped_column(String(32))
    action_id: Mapped[str] = mapped_column(String(32))
    element_id: Mapped[str] = mapped_column(String(128))
    stage: Mapped[str] = mapped_column(String(16))
    message: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime] = mapped_column(AwareDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    resolved_by: Mapped[str | None] = mapped_column(String(32))


class Owed(Base):
    """What is still to be supplied after the fact (B2)."""

    __tablename__ = "owed"
    __table_args__ = (UniqueConstraint("case_id", "key"), Index("ix_owed_open", "county_id", "id", **only(UNSETTLED)))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"))
    county_id: Mapped[str | None] = mapped_column(String(32))
    case_seq: Mapped[int]
    key: Mapped[str] = mapped_column(String(64))
    place: Mapped[int]
    title: Mapped[str] = mapped_column(String(100))
    clause: Mapped[str | None] = mapped_column(String(100))
    since: Mapped[datetime] = mapped_column(AwareDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    settled_seq: Mapped[int | None]


class Awaited(Base):
    """An effect that the diagram waits for (F10, 公示). `status`: waiting, answered, delivered, timed_out, taken_back.

    `wait_id` is the engine's. `asked` and `answer` rest sealed. An answer is kept first and delivered by the job that
    would have ended the waiting on `due_at`.
    """

    __tablename__ = "awaited"
    __table_args__ = (
        UniqueConstraint("case_id", "wait_id"),
        CheckConstraint("status IN ('waiting', 'answered', 'delivered', 'timed_out', 'taken_back')", name="status"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"))
    case_seq: Mapped[int]
    wait_id: Mapped[str] = mapped_column(String(64))
    element_id: Mapped[str] = mapped_column(String(128))
    topic: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    due_at: Mapped[datetime] = mapped_column(AwareDateTime)
    status: Mapped[str] = mapped_column(String(16))
    asked: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("awaited", "asked"))
    answer: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("awaited", "answer"))
    answered_by: Mapped[str | None] = mapped_column(String(32))
    answered_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    created_at: Mapped[datetime] = mapped_column(AwareDateTime)


class CaseMessage(Base):
    """An SMS to an applicant (`app.cases.informing`). `event`: a key of `app.definitions.messages.EVENTS`, or what else
    it was about. `once` is unique: what is said once in a case is not said twice.

    `status`: waiting, sent, failed, withheld or taken_back; `why` says it in Chinese where it is neither of the first.
    """

    __tablename__ = "case_message"
    __table_args__ = (
        UniqueConstraint("once"),
        Index("ix_case_message_case", "case_id", "created_at"),
        CheckConstraint("status IN ('waiting', 'sent', 'failed', 'withheld', 'taken_back')", name="status"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"))
    case_seq: Mapped[int]
    event: Mapped[str] = mapped_column(String(16))
    once: Mapped[str] = mapped_column(String(64))
    phone: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("case_message", "phone"))
    text: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("case_message", "text"))
    status: Mapped[str] = mapped_column(String(10))
    why: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(AwareDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class CaseRequest(Base):
    """What an applicant asks of the office (`app.cases.requests`). `kind`: account or appeal. `status`: waiting,
    granted, declined or answered. What was said and answered rests sealed.
    """

    __tablename__ = "case_request"
    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_case_request_case", "case_id", "asked_at"),
        Index("ix_case_request_waiting", "county_id", "kind", "id", **only(UNANSWERED)),
        CheckConstraint("kind IN ('account', 'appeal')", name="kind"),
        CheckConstraint("status IN ('waiting', 'granted', 'declined', 'answered')", name="status"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"))
    county_id: Mapped[str | None] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(8))
    number: Mapped[str] = mapped_column(String(50))
    status: Mapped[str] = mapped_column(String(8))
    said: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("case_request", "said"))
    answer: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("case_request", "answer"))
    asked_at: Mapped[datetime] = mapped_column(AwareDateTime)
    answered_by: Mapped[str | None] = mapped_column(String(32))
    answered_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class RecheckDraw(Base):
    """A random re-check of awards (E13). Whoever knows `seed` can draw again: an award's lot is that of `seed:id`."""

    __tablename__ = "recheck_draw"
    __table_args__ = (UniqueConstraint("region_id", "programme", "occasion"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    region_id: Mapped[str] = mapped_column(String(32))
    programme: Mapped[str] = mapped_column(String(64))
    occasion: Mapped[str] = mapped_column(String(30))
    seed: Mapped[str] = mapped_column(String(32))
    rate: Mapped[Any] = mapped_column(Json)
    candidates: Mapped[int]
    candidates_hash: Mapped[str] = mapped_column(String(64))
    drawn: Mapped[Any] = mapped_column(Json)
    drawn_at: Mapped[datetime] = mapped_column(AwareDateTime)
    drawn_by: Mapped[str | None] = mapped_column(String(32))


class Recalculation(Base):
    """What one job of a recalculation did (D15): awards looked at, changed, sent to a re-check; yuan in all.

    `figure_id` is the entry that began it (None: a single award was calculated again).
    """

    __tablename__ = "recalculation"
    __table_args__ = (Index("ix_recalculation_figure", "figure_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    figure_id: Mapped[str | None] = mapped_column(String(32))
    programme: Mapped[str] = mapped_column(String(60))
    awards: Mapped[int]
    changed: Mapped[int]
    rechecked: Mapped[int]
    monthly_more: Mapped[Decimal] = mapped_column(Money)
    arrears: Mapped[Decimal] = mapped_column(Money)
    at: Mapped[datetime] = mapped_column(AwareDateTime)


class Survey(Base):
    """Awards calculated without changing any (D15): what a figure that waits would bring, or whether what is paid is
    what is published. Jobs look at them page by page.

    `subject`: the figure's id, or `programme@region`. `basis`: of which figures and releases; `run` is another each
    time it begins anew, `after` the last award that was looked at. `looked` of `awards`; `done_at` when it is whole.
    """

    __tablename__ = "survey"
    __table_args__ = (UniqueConstraint("subject"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[str] = mapped_column(String(100))
    region_id: Mapped[str] = mapped_column(String(32))
    programmes: Mapped[Any] = mapped_column(Json)
    run: Mapped[str] = mapped_column(String(32))
    basis: Mapped[str] = mapped_column(String(40))
    after: Mapped[str] = mapped_column(String(32))
    awards: Mapped[int]
    looked: Mapped[int]
    changed: Mapped[int]
    to_people: Mapped[int]
    monthly: Mapped[Decimal] = mapped_column(Money)
    arrears: Mapped[Decimal] = mapped_column(Money)
    asked_at: Mapped[datetime] = mapped_column(AwareDateTime)
    done_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class SurveyFinding(Base):
    """An award of which a survey found another sum (`to`; None: people must look, for a reason)."""

    __tablename__ = "survey_finding"

    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    award_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    programme: Mapped[str] = mapped_column(String(60))
    paid: Mapped[Decimal | None] = mapped_column(Money)
    to: Mapped[Decimal | None] = mapped_column("to_amount", Money)
    arrears: Mapped[Decimal] = mapped_column(Money)
    reason: Mapped[str] = mapped_column(String(200))


class CaseMigration(Base):
    """Running cases go on under another release in the background, or a preview tells what would become of each.

    `names` maps ids of renamed elements. `cases` is None until they were listed; `elsewhere` are not `asked_by`'s.
    """

    __tablename__ = "case_migration"
    __table_args__ = (Index("ix_case_migration_release", "release_id", "asked_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"))
    is_preview: Mapped[bool]
    names: Mapped[Any] = mapped_column(Json)
    cases: Mapped[int | None]
    elsewhere: Mapped[int] = mapped_column(default=0)
    asked_by: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime] = mapped_column(AwareDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    done_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class CaseMigrationLine(Base):
    """One case of a migration, the `place`-th. `state`: waiting, moves (or has moved), stays; `told`: sentences."""

    __tablename__ = "case_migration_line"
    __table_args__ = (CheckConstraint("state IN ('waiting', 'moves', 'stays')", name="state"),)

    migration_id: Mapped[str] = mapped_column(ForeignKey("case_migration.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[str] = mapped_column(String(32))
    number: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(8))
    told: Mapped[Any] = mapped_column(Json)


class CaseNumber(Base):
    """The running number of cases per county and year."""

    __tablename__ = "case_number"

    scope: Mapped[str] = mapped_column(String(64), primary_key=True)
    last: Mapped[int]
