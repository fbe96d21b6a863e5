"""Who acts. Loaded by the entry points and handed to every operation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

_HALF = 23
"""Letters of each name in 李明 代 张华: both fit where one name of 50 letters does."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A position held at an office, with what it may do; `candidate` is what work items are addressed to.

    `principal`: whose position it is where somebody does the work of a colleague who is away (代), `principal_name`
    his name; None for one's own. `level` is that of the region.
    """

    position: str
    office_id: str
    region_id: str
    capabilities: frozenset[str] = frozenset()
    principal: str | None = None
    principal_name: str = ""
    level: str = ""

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
    def deputises(self) -> tuple[Appointment, ...]:
        """The positions of others that the actor stands in for."""
        return tuple(held for held in self.appointments if held.principal)

    @property
    def hands(self) -> frozenset[str]:
        """Those whose claimed work the actor finds among the own: himself, and whom he stands in for."""
        return frozenset(each for each in (self.user_id, *(held.principal for held in self.deputises)) if each)

    def stands_in_for(self, user_id: str | None, candidate: str) -> bool:
        """Whether what this person has claimed as `candidate` is the actor's to do."""
        return any(held.principal == user_id and held.candidate == candidate for held in self.deputises)

    def acting(self, candidates: Collection[str], claimed_by: str | None = None) -> Actor:
        """The actor under the name that a record keeps of an act as one of these candidates: 李明 代 张华 where it is
        in another's place alone, or where that other has claimed the work."""
        held = [each for each in self.appointments if each.candidate in candidates]
        whose = [each for each in held if each.principal == claimed_by] if claimed_by else []
        if not whose and any(each.principal is None for each in held):
            return self
        for each in [*whose, *held]:
            if each.principal:
                return replace(self, name=f"{self.name[:_HALF]} 代 {each.principal_name[:_HALF]}")
        return self

    @property
    def is_staff(self) -> bool:
        return self.kind == "staff"


APPLICANT = Actor("applicant", "申请人")
CITIZEN = Actor("citizen", "群众")
"""Who says something to a notice, and is named nowhere but in what is sealed."""
SYSTEM = Actor("system", "系统")
