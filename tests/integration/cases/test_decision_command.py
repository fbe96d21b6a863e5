"""`doudi decision`: what it says of decisions that run again, to people and to machines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.core.actor import APPLICANT
from app.core.errors import NotEligible
from app.core.paths import BUNDLES
from app.definitions.folder import read_folder, write_folder
from tests.support.worlds import RELIEF, Office

PROGRAMME = "uninsured_unemployed_relief"
THREE_MONTHS = b"""row3_in2">
          <text>&lt; 3</text>"""


@pytest.fixture
def environment(office_url: str, key_file: Path) -> dict[str, str]:
    return {"DOUDI_DATABASE_URL": office_url, "DOUDI_KEY_FILE": str(key_file)}


def _run(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(main, ["decision", *arguments], env=environment)


def _changed(folder: Path, old: bytes, new: bytes) -> str:
    files = read_folder(BUNDLES / PROGRAMME)
    assert old in files["eligibility.dmn"]
    write_folder({**files, "eligibility.dmn": files["eligibility.dmn"].replace(old, new)}, folder)
    return str(folder)


def test_outcomes_are_told_then_and_now(office: Office, environment: dict[str, str], tmp_path: Path) -> None:
    number = office.apply(PROGRAMME, RELIEF).number
    same = _run(environment, "rerun", number)
    assert (same.exit_code, same.output.splitlines()[-1]) == (
        0, "共 5 项决策，5 项相同，0 项不同，0 项无法判定，0 项算不出",
    )  # fmt: skip

    stricter = _changed(tmp_path / "stricter", THREE_MONTHS, THREE_MONTHS.replace(b"3</text>", b"4</text>"))
    told = _run(environment, "rerun", number, "--release", stricter)
    assert told.exit_code == 1
    first, then, now, *_ = told.output.splitlines()
    assert first.startswith("✗ 申请条件（据申请书）")
    assert "当时：（空）" in then
    assert "不满三个月" in now
    assert "（第 3 行）" in now
    assert "4 项相同，1 项不同" in told.output

    renamed = _changed(tmp_path / "renamed", b"application.months_without_income", b"application.post")
    told = _run(environment, "rerun", number, "--release", renamed)
    assert told.exit_code == 1
    assert "无法判定：这一版还要读取 工作岗位（application.post）" in told.output

    (line, *_) = json.loads(_run(environment, "rerun", number, "--release", renamed, "--json").output)
    assert (line["outcome"], line["unknown"]) == ("undetermined", [{"name": "application.post", "title": "工作岗位"}])
    assert _run(environment, "rerun", line["id"], "--release", stricter).output.startswith("✗ 申请条件")


def test_who_was_answered_at_the_door_is_listed(office: Office, environment: dict[str, str]) -> None:
    rich: dict[str, Any] = {**RELIEF["household"], "financial_assets": 10**7}
    with pytest.raises(NotEligible) as refusal:
        office.apply(PROGRAMME, RELIEF, APPLICANT, household=rich)
    listed = _run(environment, "door", "--since", "2020-01-01")
    assert refusal.value.message in listed.output
    (answer,) = json.loads(_run(environment, "door", "--since", "2020-01-01", "--json").output)
    assert answer["code"] == "not_eligible"
    assert _run(environment, "rerun", answer["id"]).exit_code == 0
    assert _run(environment, "door", "--since", "2030-01-01").output == ""


def test_what_cannot_be_found_or_read_is_said(office: Office, environment: dict[str, str], tmp_path: Path) -> None:
    unknown = _run(environment, "rerun", "nothing")
    assert (unknown.exit_code, unknown.output) == (
        1, "✗ 没有编号为“nothing”的案件、决策记录或受理前答复，请核对编号\n",
    )  # fmt: skip
    number = office.apply(PROGRAMME, RELIEF).number
    broken = _changed(tmp_path / "broken", b"</definitions>", b"")
    told = _run(environment, "rerun", number, "--release", broken)
    assert told.exit_code == 1
    assert "读不了" in told.output
    assert "doudi bundle check" in told.output
