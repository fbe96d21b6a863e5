"""A second machine with nothing but the guides: installed, a county brought in, a case decided, destroyed, restored.

Every command is a block of docs/operations.zh-CN.md or docs/setup.zh-CN.md, found by the heading above it; people work
over HTTP.
"""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256

from app.core.paths import ROOT
from tests.chaos import county
from tests.chaos.browser import Browser, visible
from tests.chaos.machine import Machine, machine
from tests.support.worlds import RELIEF, VILLAGE

GUIDES = ("setup.zh-CN.md", "operations.zh-CN.md")
OWN = "松花江 上 的 铁桥 {login}"
ADMINISTRATOR, CADRE, CLERK = "chen.jing", "cadre.100.1", "clerk.100"
APPLY = f"/apply/uninsured_unemployed_relief/{VILLAGE}"
INVESTIGATED = {"facts_true": True, "opinion": "情况属实"}
REVIEWED = {"confirmed": True, "amount": "1000"}


def blocks() -> dict[str, list[str]]:
    """Heading → the blocks of commands below it."""
    found: dict[str, list[str]] = {}
    for guide in GUIDES:
        heading, inside = "", False
        for line in (ROOT / "docs" / guide).read_text(encoding="utf-8").splitlines():
            if line.startswith("#") and not inside:
                heading = line.lstrip("# 0123456789.")
            elif line.startswith("```"):
                inside = line == "```sh"
                if inside:
                    found.setdefault(heading, []).append("")
            elif inside:
                found[heading][-1] += f"{line}\n"
    return found


class Story:
    """What is done on one machine, with how long each part took."""

    def __init__(self, it: Machine, *, installs: bool) -> None:
        self.it, self.blocks, self._installs = it, blocks(), installs
        self.own: dict[str, str] = {}
        self._began = time.monotonic()

    @contextmanager
    def part(self, title: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        print(f"  {title:40} {time.monotonic() - began:6.1f} s", flush=True)

    def run(self, heading: str, number: int = 0) -> str:
        return self.it.run(self.blocks[heading][number])

    def install(self) -> None:
        """`installs`: the packages come from the index by their hashes; else those of whoever runs this are used."""
        self.it.deliver()
        with self.part("install the program"):
            self.run("安装")
            block = self.blocks["安装"][1]
            if not self._installs:
                block = re.sub(r"^(python3 -m venv|\S+/pip install).*\n", "", block, flags=re.M)
                self._borrow()
            self.it.run(block)
            settings = self.it.folder / "etc/doudi/doudi.env"
            settings.write_text(settings.read_text().replace("PROXIES=1", "PROXIES=0"))  # there is none here
        with self.part("PostgreSQL"):
            self.run("数据库")

    def _borrow(self) -> None:
        programs = self.it.folder / "opt/doudi/.venv/bin"
        programs.mkdir(parents=True)
        root = self.it.folder / "opt/doudi"
        for name, call in (("python", ""), ("doudi", "-m app.cli"), ("gunicorn", "-m gunicorn")):
            line = f'PYTHONPATH={root} exec {sys.executable} {call} "$@"'
            (programs / name).write_text(f"#!/bin/sh\n{line}\n")
            (programs / name).chmod(0o755)

    def set_up(self) -> None:
        folder = self.it.folder / "var/lib/doudi"
        with self.part("schema, contents, first administrator"):
            handed = self.run("建库和第一个系统管理员").split()[-1]
            self.run("数据库", 1)
            self.run("密钥")
        county.regions(folder)
        with self.part("20 townships and 300 villages"):
            self._said(self.run("行政区划和单位"), f"新增 {county.places()} 个区划")
        with self.part(f"{len(county.people())} people"):
            self.run("人员和岗位")
            county.staff(folder / "staff.xlsx")
            self._said(self.run("人员和岗位", 1), f"新增 {len(county.people())} 个账号")
            self.run("本地标准")
        self.handed = {**county.passwords(folder / "passwords.xlsx"), ADMINISTRATOR: handed}
        with self.part("start"):
            self.run("启动和停止")

    def staffed(self, login: str) -> Browser:
        """Somebody at a browser, signed in; for the first time with what was handed out."""
        browser = Browser(self.it.url)
        if login in self.own:
            browser.sign_in_again(login, self.own[login])
        else:
            self.own[login] = OWN.format(login=len(self.own))
            browser.sign_in(login, self.handed[login], self.own[login])
        return browser

    def decide(self) -> None:
        with self.part("people sign in, a case is decided"):
            self._said(self.staffed(ADMINISTRATOR).get("/desk/offices"), "农安县")
            receipt = Browser(self.it.url).post(APPLY, {**RELIEF, "_action": "submit"})
            self.number = (re.search(r"\d{6}-\d{4}-\d{6}", visible(receipt)) or _missing("a number", receipt))[0]
            for login, data in ((CADRE, INVESTIGATED), (CLERK, REVIEWED)):
                browser = self.staffed(login)
                task = re.search(r"/desk/tasks/\w+", browser.get("/desk/")) or _missing("a task", login)
                browser.post(f"{task[0]}/complete", {**data, "_action": "submit"}, page=task[0])
            self.letters = self._letters()

    def rehearse(self) -> None:
        with self.part("an installation for training beside it"):
            self._said(self.run("演练环境"), "/training/doudi.env")

    def _letters(self) -> dict[str, str]:
        """Letter → hash of its bytes, as the clerk gets them."""
        clerk = self.staffed(CLERK)
        cases = clerk.get("/desk/cases")
        self._said(cases, self.number)
        page = clerk.get((re.search(r"/desk/cases/[0-9a-f]{32}", cases) or _missing("the case", cases))[0])
        self._said(page, "1,000.00")
        letters = sorted(set(re.findall(r"/desk/documents/\w+\.docx", page)))
        return {each: sha256(clerk.bytes_of(each)).hexdigest() for each in letters}

    def destroy_and_restore(self) -> None:
        with self.part("backup, read to be believed"):
            self.run("备份和恢复")
            self._said(self.it.log("doudi-backup"), "审计记录一致")
        state = self.it.folder / "var/lib/doudi"
        with self.part("everything is destroyed"):
            self.it.run("systemctl stop doudi-web doudi-worker")
            self.it.run("runuser -u postgres -- dropdb doudi\nrunuser -u postgres -- dropuser doudi")
            shutil.rmtree(state)
            state.mkdir()
        with self.part("restored and verified"):
            self.run("数据库")
            told = self.run("备份和恢复", 1)
            self._said(told, "全部打得开")
            self._said(told, "与写入时一致")
            self._ready()
        with self.part("the case is there, letters byte for byte"):
            if self._letters() != self.letters or not self.letters:
                raise RuntimeError(f"letters differ: {self.letters}, {self._letters()}")

    def upgrade(self) -> None:
        """To the same version, which goes the same way."""
        self.it.deliver()
        with self.part("upgrade"):
            block = self.blocks["升级"][0]
            self.it.run(block if self._installs else re.sub(r"^\S+/pip install.*\n", "", block, flags=re.M))
            self._ready()
            self._letters()

    def _ready(self) -> None:
        """As after every start."""
        self.it.run(self.blocks["启动和停止"][0].splitlines()[-1])

    @staticmethod
    def _said(text: str, expected: str) -> None:
        if expected not in text:
            raise RuntimeError(f"“{expected}” was not said:\n{visible(text)}")


def _missing(what: str, where: str) -> re.Match[str]:
    raise RuntimeError(f"{what} was not found:\n{visible(where)}")


def play(*, installs: bool) -> None:
    """Everything, in order. Raises RuntimeError at the first thing that is not as the guides say."""
    with machine() as it:
        story = Story(it, installs=installs)
        parts: list[Callable[[], None]] = [
            story.install, story.set_up, story.decide, story.rehearse, story.destroy_and_restore, story.upgrade,
        ]  # fmt: skip
        for part in parts:
            try:
                part()
            except RuntimeError:
                print(it.log("doudi-web")[-3000:], it.log("doudi-worker")[-3000:], it.log("doudi-backup")[-2000:])
                raise


def main() -> None:
    print("a second machine with nothing but the guides")
    play(installs="--borrow" not in sys.argv)


if __name__ == "__main__":
    main()
