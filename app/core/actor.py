"""Who acts. Loaded by the entry points and handed to every operation."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Appointment:
    """A position held at an office, with what it may do; `candidate` is what work items are addressed to."""

    position: str
    office_id: str
    region_id: str
    capabilities: frozenset[str] = frozenset()

    @property
    def candidate(self) -> str:
        return f"{self.position}@{self.office_id}"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person of the staff, an applicant without an account, or the system itself.

    `via` is the account of the machine through which a person acts from the command line; the audit keeps it.
    """

    kind: str
    name: str
    user_id: str | None = None
    appointments: tuple[Appointment, ...] = field(default=())
    via: str | None = None

    @property
    def candidates(self) -> frozenset[str]:
        return frozenset(appointment.candidate for appointment in self.appointments)

    @property
    def positions(self) -> frozenset[str]:
        return frozenset(appointment.position for appointment in self.appointments)

    @property
    def is_staff(self) -> bool:
        return self.kind == "staff"


APPLICANT = Actor("applicant", "申请人")
SYSTEM = Actor("system", "系统")
