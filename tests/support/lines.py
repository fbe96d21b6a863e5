"""A programme of many human steps, one after another, and a case that walks along it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from app.cases.models import Case
from app.core.actor import SYSTEM
from app.core.clock import local_date
from app.core.paths import BUNDLES
from app.definitions import publishing
from app.definitions.folder import read_folder
from app.identity import queries as identity
from tests.support.rounds import AtVillage
from tests.support.worlds import RELIEF, VILLAGE, Office
from tests.unit.engine.engine_kit import document, flow, process

PROGRAMME, DIAGRAM = "uninsured_unemployed_relief", "relief.bpmn"
FORM = "village_investigation.form.json"


def diagram(count: int) -> bytes:
    """A diagram of so many human tasks in a row, all of the village and with one form."""
    ids = [f"step{number}" for number in range(1, count + 1)]
    given = f'camunda:candidateGroups="village_cadre" camunda:formKey="{FORM}"'
    tasks = (f'<bpmn:userTask id="{each}" name="{each}" {given}/>' for each in ids)
    ends = '<bpmn:startEvent id="apply" name="apply"/>', '<bpmn:endEvent id="done" name="done"/>'
    return document(process(*ends, *tasks, flow("apply", *ids, "done")))


class Line(AtVillage):
    """One of many such steps, one behind the other."""

    @classmethod
    def begun(cls, office: Office, count: int) -> Line:
        """A case at the first of so many steps."""
        files = {**read_folder(BUNDLES / PROGRAMME), DIAGRAM: diagram(count)}
        with office.database.write() as session:
            scope = identity.region_by_code(session, VILLAGE[:2], local_date(office.now)).id
            publishing.put_in_force(session, SYSTEM, files, office.now, scopes=[scope], in_force_from=date(2020, 1, 1))
        return cls(office, office.apply(PROGRAMME, RELIEF).case_id)

    def stored(self) -> int:
        """Bytes of the state as it is kept, sealed."""
        with self.office.database.read() as session:
            return session.scalars(select(func.length(Case.state)).where(Case.id == self.case_id)).one()
