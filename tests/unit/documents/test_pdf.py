import os
import shutil
import stat
import time
from pathlib import Path

import pytest
from lxml import etree

from app.documents import kept_open, pdf
from app.outside import Failed, Refused


@pytest.fixture
def office(tmp_path):
    """`office(script)`: a converter whose LibreOffice is this shell script."""
    made = []

    def build(script: str, timeout: float = 10) -> pdf.LibreOffice:
        program = tmp_path / "soffice"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        made.append(pdf.LibreOffice(str(program), timeout))
        return made[-1]

    yield build
    for converter in made:
        converter.close()


OUTDIR = 'while [ "$1" != --outdir ]; do shift; done; out="$2"; in="$3"'


def test_converts_in_a_profile_of_its_own(office):
    converter = office(
        f'profile="$1"; {OUTDIR}; (echo "$profile"; cat "$in"; echo "$FONTCONFIG_FILE") > "$out/letter.pdf"'
    )
    profile, letter, fonts = converter.to_pdf(b"letter").decode().replace("letter", "\nletter\n", 1).split()
    assert profile.startswith("-env:UserInstallation=file:///")
    assert letter == "letter"
    assert Path(fonts).name == "fonts.conf"
    folder = Path(profile.removeprefix("-env:UserInstallation=file://"))
    assert folder.is_dir()
    converter.close()
    assert not folder.exists()


def test_a_hanging_office_is_killed_with_its_children(office, tmp_path):
    children = tmp_path / "children"
    with pytest.raises(Failed, match="超过 1 秒"):
        office(f"sleep 60 & echo $! > {children}; sleep 60", timeout=1).to_pdf(b"")
    child = int(children.read_text())
    deadline = time.monotonic() + 5
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(child)


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def test_an_office_that_gives_nothing(office):
    with pytest.raises(Failed, match="没有生成 PDF"):
        office("exit 0").to_pdf(b"")


def test_not_installed(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(Refused, match="没有安装 LibreOffice"):
        pdf.LibreOffice().to_pdf(b"")


def test_the_font_rules_are_well_formed():
    path = Path(pdf.__file__).with_name("fonts.conf")
    families = etree.fromstring(path.read_bytes()).xpath("//test/string/text()")
    assert {"仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体", "宋体"} <= set(families)
    assert os.path.getsize(path) < 20_000


@pytest.fixture
def bridge(tmp_path):
    """`bridge(answers)`: one kept open whose Python is a shell script that begins and then answers each file so."""
    made = []

    def build(answers: str, **limits) -> kept_open.KeptOpen:
        python = tmp_path / "python3"
        python.write_text(f"#!/bin/sh\necho $$ >> {tmp_path}/starts\nread begin; echo ready\n{answers}\n")
        python.chmod(python.stat().st_mode | stat.S_IXUSR)
        made.append(kept_open.KeptOpen("soffice", str(python), **{"timeout": 10, **limits}))
        return made[-1]

    yield build
    for each in made:
        each.close()


COPY = """while read line; do set -- $(echo "$line" | tr -d '[],"'); cp "$1" "$2"; echo ok; done"""


def test_it_stays_open_for_so_many_letters(bridge, tmp_path):
    kept = bridge(COPY, most=2)
    assert [kept.convert(each) for each in (b"1", b"2", b"3")] == [b"1", b"2", b"3"]
    first, second = (int(each) for each in (tmp_path / "starts").read_text().split())
    assert (alive(first), alive(second)) == (False, True)
    kept.close()
    assert not alive(second)


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ("read line; sleep 60", "超过 0.3 秒"),
        ("read line; exit", "没有生成 PDF"),
        ("read line; echo IOException; cat", "没有生成 PDF"),
    ],
)
def test_after_a_failure_it_is_opened_anew(bridge, tmp_path, answers, told):
    again = f"[ $(wc -l < {tmp_path}/starts) = 1 ] && {{ {answers}; }}\n{COPY}"
    kept = bridge(again, timeout=0.3)
    with pytest.raises(Failed, match=told):
        kept.convert(b"1")
    assert not alive(int((tmp_path / "starts").read_text()))
    assert kept.convert(b"2") == b"2"
