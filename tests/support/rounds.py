"""A case whose first task is done and sent back again, round after round."""

from __future__ import annotations

from dataclasses import dataclass

from app.cases import operations
from app.inbox import queries as inbox
from tests.support.worlds import RELIEF, Office


@dataclass
class AtVillage:
    """A case whose open task is the village's. What is asked of the database is what the command asks."""

    office: Office
    case_id: str

    def complete(self) -> None:
        """The step where the case stands."""
        with self.office.database.write() as session:
            actor = self.office.holder(session, "village_cadre")
            (task,) = inbox.open_of_case(session, self.case_id)
            operations.complete_task(session, actor, task.id, {"facts_true": True}, self.office.now)


@dataclass
class Rounds(AtVillage):
    """One that is sent back to the same step."""

    step: str

    @classmethod
    def begun(cls, office: Office) -> Rounds:
        case_id = office.apply("uninsured_unemployed_relief", RELIEF).case_id
        with office.database.read() as session:
            (task,) = inbox.open_of_case(session, case_id)
        return cls(office, case_id, task.element_id)

    def send_back(self) -> None:
        with self.office.database.write() as session:
            actor = self.office.holder(session, "township_clerk")
            operations.return_case(session, actor, self.case_id, self.step, "材料有误", self.office.now)
