"""Letters of a change: whose next case they are for, and what comes with an upload."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from app.changes import editing, letters, opening, store, submitting
from app.core.actor import SYSTEM, Actor
from app.core.paths import TEMPLATES
from app.definitions import publishing, queries, standing
from app.definitions.folder import read_folder
from app.definitions.names import EVERYWHERE, LIBRARY
from app.definitions.store import hashes_of
from app.documents import operations as documents
from app.documents import queries as records
from app.documents import wording
from app.documents.text import extract_text
from app.identity import queries as identity
from tests.support.changes import COUNTY, checked, owner
from tests.support.worlds import RELIEF, Office

KEY, FOLDER = "uninsured_unemployed_relief", "letters/approval_notice"
WORD = f"{FOLDER}/template.docx"
SHIPPED = (TEMPLATES / "approval_notice" / "template.docx").read_bytes()
OLD, NEW = "符合", "完全符合"
TODAY = date(2020, 10, 12)


def _reworded() -> bytes:
    """What an owner brings back from Word: one sentence says it otherwise."""
    said = next(each for each in wording.read(SHIPPED) if each.plain and OLD in each.text)
    return wording.reworded(SHIPPED, {said.number: said.text.replace(OLD, NEW)})


def _begun(office: Office, session: Session, programme: str) -> tuple[Actor, tuple[str, str]]:
    writer = owner(office, session)
    change_id = opening.begin(session, writer, "文书改版", "县政府常务会议决定", "", now=office.now)
    return writer, (change_id, opening.take_in(session, writer, change_id, programme, [COUNTY], now=office.now))


def _published(office: Office, session: Session, writer: Actor, ids: tuple[str, str]) -> None:
    checked(office, session, ids)
    submitting.submit(session, writer, ids[0], TODAY, now=office.now)
    submitting.approve(session, owner(office, session, 1), ids[0], now=office.now)


def _decision(office: Office, case_id: str) -> str:
    """What the decision of a case says, as it is handed out."""
    office.do(case_id, "village_investigation", "village_cadre", facts_true=True)
    office.do(case_id, "township_review", "township_clerk", confirmed=True, amount=800)
    with office.database.write() as session:
        letter = next(each for each in records.documents_of(session, case_id) if each.template == "approval_notice")
        return extract_text(documents.issue(session, letter.id).content)


def test_an_uploaded_letter_is_for_the_next_case_and_not_for_the_last(office: Office) -> None:
    last = office.apply(KEY, RELIEF)
    with office.database.write() as session:
        writer, ids = _begun(office, session, KEY)
        files = letters.completed(session, *ids, {WORD: _reworded()}, now=office.now)
        assert sorted(files) == [f"{FOLDER}/contract.yaml", f"{FOLDER}/sample.json", WORD]
        editing.take_files(session, writer, *ids, files, now=office.now)
        again = letters.completed(session, *ids, {WORD: SHIPPED}, now=office.now)
        assert sorted(again) == [WORD]  # what the bundle has already stays as its owner left it
        _published(office, session, writer, ids)
    following = office.apply(KEY, RELIEF, id_number="220122197204040503")
    said = [_decision(office, each.case_id) for each in (last, following)]
    assert [NEW in each for each in said] == [False, True]
    assert all(OLD in each for each in said)


def test_a_library_of_a_county_holds_only_what_differs(office: Office) -> None:
    with office.database.write() as session:
        writer, ids = _begun(office, session, LIBRARY)
        bundle = store.bundle_of(session, *ids)
        stand = store.hashes_of(session, bundle)
        assert stand == hashes_of(session, bundle.based_on)  # every letter is there to be changed
        editing.save(session, writer, *ids, WORD, _reworded(), was=stand[WORD], now=office.now)
        _published(office, session, writer, ids)
        chain = identity.chain_by_code(session, COUNTY, TODAY)
        mine = standing.held(session, LIBRARY, chain.nearest.id)
        assert sorted(hashes_of(session, mine or "")) == [f"{FOLDER}/contract.yaml", f"{FOLDER}/sample.json", WORD]
        newer = read_folder(TEMPLATES)
        for key in ("approval_notice", "refusal_notice"):
            newer[f"letters/{key}/contract.yaml"] += b"# newer\n"
        publishing.put_in_force(session, SYSTEM, newer, office.now, scopes=[EVERYWHERE], in_force_from=TODAY)
        here = queries.library(session, chain.ids, TODAY)
        assert [here[key].contract.endswith(b"# newer\n") for key in ("approval_notice", "refusal_notice")] == [
            False,
            True,
        ]
        _, again = _begun(office, session, LIBRARY)
        seen = store.files_of(session, store.bundle_of(session, *again))
        assert seen[WORD] == _reworded()
        assert seen["letters/refusal_notice/contract.yaml"].endswith(b"# newer\n")
