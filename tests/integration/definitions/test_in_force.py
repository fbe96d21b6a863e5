"""Which release holds where and when, and that nothing published later touches what runs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from operator import is_
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM
from app.core.clock import SHANGHAI
from app.core.errors import NotEligible, NotFound
from app.core.paths import BUNDLES, TEMPLATES
from app.definitions import publishing, queries, store
from app.definitions.folder import read_folder, write_folder
from app.definitions.names import EVERYWHERE, LIBRARY
from app.definitions.queries import deployed, resolve, resolve_open
from app.definitions.store import files_of
from app.documents import queries as documents
from app.identity import operations as staff
from app.identity import queries as identity
from app.installation import install
from tests.support.statements import counted
from tests.support.worlds import RELIEF, SPENDING, VILLAGE, Office

TODAY = date(2020, 10, 12)
RELIEF_FILES = read_folder(BUNDLES / "uninsured_unemployed_relief")


def _chain(session: Session, code: str = VILLAGE) -> tuple[str, ...]:
    return identity.chain(session, staff.ensure_region(session, code).id).ids


def _publish(session: Session, now: datetime, code: str, day: date, **changes: bytes) -> str:
    scope = staff.ensure_region(session, code).id
    files = {**RELIEF_FILES, **{name.replace("__", "."): content for name, content in changes.items()}}
    return publishing.put_in_force(session, SYSTEM, files, now, scopes=[scope], in_force_from=day)


def test_the_nearest_release_that_has_begun_holds(office: Office) -> None:
    with office.database.write() as session:
        chain = _chain(session)
        province = resolve(session, "uninsured_unemployed_relief", chain, TODAY).release_id
        county = _publish(session, office.now, "220122", TODAY + timedelta(days=7))
        newer = _publish(session, office.now, "220122", TODAY + timedelta(days=9))
        held = [
            resolve(session, "uninsured_unemployed_relief", chain, TODAY + timedelta(days=days)).release_id
            for days in (0, 6, 7, 8, 9)
        ]
    assert held == [province, province, county, county, newer]


def test_releases_share_the_letters_that_they_pin(office: Office) -> None:
    """Each pins the whole library: hundreds of programmes must not hold it hundreds of times."""
    with office.database.write() as session:
        ids = [_publish(session, office.now, code, TODAY) for code in ("22", "220122")]
        first = store.pinned(session, ids[0])
        with counted(session) as statements:
            second = store.pinned(session, ids[1])
    one, other = ([letters[key] for letters in each.values() for key in sorted(letters)] for each in (first, second))
    assert len(one) > 10
    assert all(map(is_, one, other))
    assert len(statements) == 1, "letters at hand are not read again"


def test_before_the_first_day_nobody_applies(office: Office) -> None:
    with office.database.write() as session:
        chain = _chain(session)
        with pytest.raises(NotEligible, match="从 2020-09-09 起施行"):
            resolve_open(session, "uninsured_unemployed_relief", chain, date(2020, 9, 8))
        assert "uninsured_unemployed_relief" not in {
            offer.programme for offer in deployed(session, chain, date(2020, 9, 8))
        }
        with pytest.raises(NotFound):
            resolve_open(session, "nothing_of_the_kind", chain, TODAY)


def test_what_is_open_in_a_village_is_one_statement_until_a_release_changes(office: Office) -> None:
    with office.database.write() as session:
        chain = _chain(session)
    told = []
    for _ in range(2):
        with office.database.read() as session, counted(session) as statements:
            offers = deployed(session, chain, TODAY)
        told.append(len(statements))
    assert told == [2, 1]  # the stamps, and once the releases
    assert {offer.programme for offer in offers} >= {"dibao", "uninsured_unemployed_relief"}
    with office.database.write() as session:
        scope = staff.ensure_region(session, "220122").id
        mine = publishing.put_in_force(session, SYSTEM, RELIEF_FILES, office.now, scopes=[scope], in_force_from=TODAY)
        assert mine in {offer.release_id for offer in deployed(session, chain, TODAY)}
    with office.database.read() as session:
        held = {offer.programme: offer.release_id for offer in deployed(session, chain, TODAY)}
        assert held["uninsured_unemployed_relief"] == mine
        assert mine not in {offer.release_id for offer in deployed(session, chain, TODAY - timedelta(days=1))}


def test_a_letter_that_is_published_later_changes_no_running_case(office: Office) -> None:
    """Seen: a letter republished for one programme turned a running case of another into an incident."""
    receipt = office.apply("expenditure_relief", SPENDING)
    with office.database.write() as session:
        library = read_folder(TEMPLATES)
        path = f"{LIBRARY}/missing_materials_notice/contract.yaml"
        library[path] += b"  nowhere: {type: text, from: no_such_name}\n"
        publishing.put_in_force(session, SYSTEM, library, office.now, scopes=[EVERYWHERE], in_force_from=TODAY)
    done = {"complete": False, "missing": ["身份证"], "opinion": "材料不全", "deadline": "2020-10-20"}
    office.do(receipt.case_id, "acceptance", "township_clerk", **done)
    with office.database.read() as session:
        written = [row.template for row in documents.documents_of(session, receipt.case_id)]
        newest = queries.library(session, (), TODAY)["missing_materials_notice"]
    assert "missing_materials_notice" in written
    assert b"no_such_name" in newest.contract


def test_a_running_case_keeps_the_letter_of_its_release(office: Office) -> None:
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    own = {
        f"{LIBRARY}/approval_notice/{name}": (TEMPLATES / "approval_notice" / name).read_bytes()
        for name in ("template.docx", "contract.yaml", "sample.json")
    }
    own[f"{LIBRARY}/approval_notice/contract.yaml"] = own[f"{LIBRARY}/approval_notice/contract.yaml"].replace(
        "审批决定书".encode(), "救助决定书".encode()
    )
    with office.database.write() as session:
        _publish(session, office.now, "22", TODAY, **own)
    later = office.apply("uninsured_unemployed_relief", RELIEF, id_number="220122197204040503")
    titles = []
    for case_id in (receipt.case_id, later.case_id):
        office.do(case_id, "village_investigation", "village_cadre", facts_true=True)
        office.do(case_id, "township_review", "township_clerk", confirmed=True, amount=800)
        with office.database.read() as session:
            titles.append([row.title for row in documents.documents_of(session, case_id)][-1])
    assert titles == ["审批决定书", "救助决定书"]


def test_every_shipped_bundle_comes_back_byte_for_byte(office: Office, tmp_path: Path) -> None:
    with office.database.read() as session:
        rows = session.execute(queries.RELEASE.select()).all()
        assert len(rows) == 1 + len(list(BUNDLES.glob("*/bundle.yaml")))
        for row in rows:
            write_folder(files_of(session, row.id), tmp_path / row.id)
    shipped = [read_folder(path) for path in (TEMPLATES, *(each.parent for each in BUNDLES.glob("*/bundle.yaml")))]
    written = [read_folder(tmp_path / row.id) for row in rows]
    assert all(files in written for files in shipped)
    for row, files in zip(rows, written, strict=True):
        on_disk = {path for path in (tmp_path / row.id).rglob("*") if path.is_file()}
        assert len(on_disk) == len(files)


def test_installing_again_changes_nothing(office: Office) -> None:
    with office.database.write() as session:
        before = session.execute(queries.RELEASE.select()).all()
        install(session, datetime(2020, 11, 1, tzinfo=SHANGHAI))
        assert session.execute(queries.RELEASE.select()).all() == before
