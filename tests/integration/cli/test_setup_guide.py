"""The guide of an office, run as it is written: from an empty database to a task that a clerk has cleared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from openpyxl import load_workbook

from app.cases import operations as cases
from app.core.actor import APPLICANT
from app.core.clock import SystemClock, local_date
from app.core.paths import ROOT
from app.db import Database, Vault
from app.identity import credentials, queries
from app.inbox import queries as inbox
from tests.support.worlds import RELIEF, VILLAGE

GUIDE = ROOT / "docs" / "setup.zh-CN.md"
TOWNSHIPS, VILLAGES = range(100, 120), range(1, 16)
TITLES = ["用户名", "姓名", "区划代码", "岗位"]
COUNTY_POSITIONS = ("县级经办人", "县级负责人", "财务人员")


def run(block: str, folder: Path, url: str) -> str:
    """A block of the guide in a real shell, from an empty folder."""
    script = f'set -e\ndoudi() {{ "{sys.executable}" -m app.cli "$@"; }}\n{block}'
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DOUDI_DATABASE_URL": url,
        "DOUDI_KEY_FILE": str(folder / "keys.json"),
    }
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def county(folder: Path) -> None:
    rows = ["220122000000,农安县"]
    for township in TOWNSHIPS:
        rows.append(f"220122{township}000,{'农安镇' if township == 100 else f'第{township}乡'}")
        rows += [f"220122{township}{village:03d},第{village}村" for village in VILLAGES]
    (folder / "county.csv").write_text("代码,名称\n" + "\n".join(rows), encoding="utf-8")


def people() -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = [
        ("zhou.li", "周丽", 220122, "政策管理员"),
        ("wu.fang", "吴芳", 220122, "政策管理员"),
        *((f"county.{n}.{m}", f"县{n}{m}", 220122, title) for n, title in enumerate(COUNTY_POSITIONS) for m in (1, 2)),
    ]
    for township in TOWNSHIPS:
        code = f"220122{township}000"
        found += [(f"clerk.{township}", f"经办{township}", code, "乡镇（街道）经办人")]
        found += [(f"head.{township}", f"负责{township}", code, "乡镇（街道）负责人")]
        found += [
            (f"cadre.{township}.{n}", f"干部{township}{n}", f"220122{township}{n:03d}", "村（社区）干部")
            for n in VILLAGES
        ]
    return found


def test_a_county_is_set_up_as_the_guide_says(blank_database_url: str, tmp_path: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 5
    county(tmp_path)
    first = run("".join(blocks[:3]), tmp_path, blank_database_url)
    assert "新增 320 个区划" in first
    book = load_workbook(tmp_path / "staff.xlsx")
    sheet = book.worksheets[0]
    places = {cell.value: cell.column for cell in sheet[1]}
    for row, person in enumerate(people(), 2):
        for title, value in zip(TITLES, person, strict=True):
            sheet.cell(row, places[title], value)
    book.save(tmp_path / "staff.xlsx")
    assert f"新增 {len(people())} 个账号" in run("".join(blocks[3:]), tmp_path, blank_database_url)

    database = Database(blank_database_url, Vault.load(tmp_path / "keys.json"))
    now = SystemClock().now()
    handed = load_workbook(tmp_path / "passwords.xlsx").worksheets[0].iter_rows(min_row=2, values_only=True)
    password = next(str(row[4]) for row in handed if row[3] == "cadre.100.1")
    with database.write() as session:
        case_id = cases.apply(session, APPLICANT, "uninsured_unemployed_relief", VILLAGE, RELIEF, now).case_id
    user_id = credentials.authenticate(database, "cadre.100.1", password, now, "127.0.0.1")
    with database.write() as session:
        actor = queries.load_actor(session, user_id, local_date(now))
        assert actor is not None
        (item,) = inbox.open_tasks(session, actor, inbox.Filter()).items
        assert item.case_id == case_id
        assert cases.complete_task(session, actor, item.id, {"facts_true": True}, now).incident is None
    with database.read() as session:
        (review,) = inbox.open_of_case(session, case_id)
        assert review.element_id == "township_review"
    database.dispose()
