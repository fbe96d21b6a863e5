"""A policy owner before lunch: three working days become five, and everything that comes with it, by commands alone."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from app.calendar import clocks_of
from app.cases.store import look
from app.core.actor import SYSTEM
from app.core.clock import SHANGHAI, MovableClock, SystemClock
from app.core.errors import OverLimit
from app.core.paths import TEMPLATES
from app.definitions.folder import read_folder
from tests.integration.cli.conftest import COUNTY, FILES, PROGRAMME, Shell
from tests.support.worlds import RELIEF

LETTER = "letters/approval_notice"
CAP = "uninsured_relief_cap"
CLOCK = b"limit: figure.village_investigation_working_days"
SENTENCE, LATER = "应当如实报告。", "应当在五个工作日内如实报告。"


def _letter() -> dict[str, bytes]:
    folder = TEMPLATES / "approval_notice"
    parts = {name: (folder / name).read_bytes() for name in ("template.docx", "contract.yaml", "sample.json")}
    out = io.BytesIO()
    with ZipFile(io.BytesIO(parts["template.docx"])) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                assert SENTENCE.encode() in content
                content = content.replace(SENTENCE.encode(), LATER.encode())
            new.writestr(name, content)
    return {f"{LETTER}/{name}": each for name, each in {**parts, "template.docx": out.getvalue()}.items()}


def _changed(path: str, old: str, new: str) -> dict[str, bytes]:
    assert old.encode() in FILES[path], (path, old)
    return {**FILES, path: FILES[path].replace(old.encode(), new.encode())}


MISTAKES = {
    "a figure that nobody knows": (_changed("bundle.yaml", CLOCK.decode(), "limit: figure.to_look"), "to_look"),
    "a clause that does not exist": (_changed("bundle.yaml", "clause: A4", "clause: Z4"), "Z4"),
    "a form field that was renamed": (
        _changed("township_review.form.json", '"key": "confirmed"', '"key": "agreed"'), "confirmed",
    ),
    "a position that does not exist": (
        _changed("relief.bpmn", '"township_clerk"', '"township_clerks"'), "township_clerk",
    ),
    "a form that is missing": (
        _changed("relief.bpmn", "township_review.form.json", "township_reviews.form.json"), "township_review.form.json",
    ),
    "a letter that does not exist": (_changed("relief.bpmn", '"approval_notice"', '"approval"'), "approval_notice"),
    "an effect that does not exist": (_changed("relief.bpmn", 'topic="payment"', 'topic="pay"'), "payment"),
    "a figure in a table": (_changed("grant.dmn", "figure.uninsured_relief_cap", "figure.the_cap"), "the_cap"),
    "a file that is missing": ({path: each for path, each in FILES.items() if path != "grant.dmn"}, "grant.dmn"),
    "a template that is none": ({**FILES, **_letter(), f"{LETTER}/template.docx": b"no zip"}, "Word"),
}  # fmt: skip


def test_ten_mistakes_are_stopped(shell: Shell) -> None:
    assert len(MISTAKES) == 10
    folders = {name: shell.folder_of(f"mistake{n}", files) for n, (name, (files, _)) in enumerate(MISTAKES.items())}
    told = shell.json("bundle", "check", *folders.values(), code=1)
    for name, folder in folders.items():
        errors = [each["message"] + each["place"] for each in told[str(folder)] if each["severity"] == "error"]
        assert any(MISTAKES[name][1] in each for each in errors), (name, told[str(folder)])


def _limit(shell: Shell, case_id: str) -> int:
    """Working days of the clock that runs."""
    with shell.office.database.read() as session:
        return clocks_of(session, case_id)[-1].limit_days


@pytest.fixture
def at(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Commands read the office's clock."""
    monkeypatch.setattr(SystemClock, "now", lambda clock: shell.office.now)
    return shell


def _monday(today: date) -> date:
    return today + timedelta(days=7 - today.weekday())


def _release_of(shell: Shell, case_id: str) -> str | None:
    with shell.office.database.read() as session:
        return look(session, SYSTEM, case_id, shell.office.now).bundle.release_id


def test_from_the_change_to_the_cases_that_move(at: Shell) -> None:
    shell, office = at, at.office
    monday, folder = _monday(at.today), at.folder / "mine"
    shell("release", "export", f"{PROGRAMME}@22", folder)
    for path in (folder / "scenarios").iterdir():
        if path.name != "amount-exactly-the-cap.yaml":
            path.unlink()
    files = read_folder(folder)
    files["bundle.yaml"] = files["bundle.yaml"].replace(CLOCK, b'limit: "5"')
    files["grant.dmn"] = files["grant.dmn"].replace("请作不予救助的决定".encode(), "请作出不予救助的决定".encode())
    shell.folder_of("mine", {**files, **_letter()})

    changes = shell.json("release", "diff", f"{PROGRAMME}@22", folder)
    told = {each["file"]: each for each in changes if each["kind"] != "removed"}
    assert (told["bundle.yaml"]["what"], told["bundle.yaml"]["new"]) == ("clocks.village_investigation.limit", "5")
    assert "请作出不予救助的决定" in told["grant.dmn"]["new"]
    assert f"{LETTER}/template.docx" in told

    release_id = shell("release", "draft", folder, "--region", COUNTY, "--by", shell.first)
    submit = ("release", "submit", release_id, "--from", monday, "--reason", "五个工作日", "--by", shell.first)
    assert "还没有检查过" in shell(*submit, code=1)
    outcome = shell.json("release", "check", release_id)
    assert [each["holds"] for each in outcome["stories"]] == [True]
    past = [*submit[:4], at.today - timedelta(days=1), *submit[5:]]
    assert "已经过去" in shell(*past, code=1)
    shell(*submit)
    assert "另一位" in shell("release", "approve", release_id, "--by", shell.first, code=1)
    shell("release", "approve", release_id, "--by", shell.second)

    figure = (
        "figure",
        "set",
        CAP,
        "700",
        "--region",
        COUNTY,
        "--from",
        monday,
        "--reason",
        "核定",
        "--by",
        shell.first,
    )
    entered = shell(*figure).splitlines()[0]
    assert "另一位" in shell("figure", "confirm", entered, "--by", shell.first, code=1)
    shell("figure", "confirm", entered, "--by", shell.second)

    running = office.apply(PROGRAMME, RELIEF).case_id
    before = _release_of(shell, running)
    assert before != release_id
    office.clock.move_to(datetime.combine(monday, time(10), SHANGHAI))
    assert isinstance(office.clock, MovableClock)
    fresh = office.apply(PROGRAMME, RELIEF, id_number="220122197204040503").case_id
    assert (_release_of(shell, running), _release_of(shell, fresh)) == (before, release_id)
    assert (_limit(shell, running), _limit(shell, fresh)) == (3, 5)
    migrate = ("release", "migrate", release_id, "--by", shell.second)
    (moving,) = shell.json(*migrate, "--preview")
    assert (moving["case_id"], moving["problems"]) == (running, [])
    assert _release_of(shell, running) == before
    shell(*migrate)
    assert _release_of(shell, running) == release_id
    for case_id in (running, fresh):
        office.do(case_id, "village_investigation", "village_cadre", facts_true=True)
        with pytest.raises(OverLimit, match="700"):
            office.do(case_id, "township_review", "township_clerk", confirmed=True, amount=800)
        office.do(case_id, "township_review", "township_clerk", confirmed=True, amount=700)
