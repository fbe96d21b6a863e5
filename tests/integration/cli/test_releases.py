"""Every command of `doudi release`: what it prints, its JSON, its exit code, and its refusals in Chinese."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from app.core.paths import BUNDLES, TEMPLATES
from app.definitions.folder import read_folder
from app.gate import releases as gate
from app.gate.isolated import Outcome, World
from tests.integration.cli.conftest import COUNTY, FILES, PROGRAMME, Shell
from tests.support.worlds import RELIEF

NEWER = {**FILES, "bundle.yaml": FILES["bundle.yaml"] + "# 第二版\n".encode()}
LONGER = {
    **FILES,
    "bundle.yaml": FILES["bundle.yaml"].replace(b"limit: figure.village_investigation_working_days", b'limit: "5"'),
}
CHINESE = re.compile("[\u4e00-\u9fff]")
FAULT = {"severity": "error", "file": "relief.bpmn", "place": "调查", "message": "没有写由谁办理"}


def _line(shell: Shell, release_id: str) -> dict[str, object]:
    return next(each for each in shell.json("release", "list") if each["id"] == release_id)


def test_the_life_of_a_release_from_the_command_line(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monday = shell.today + timedelta(days=7 - shell.today.weekday())
    release_id = shell.drafted("mine", LONGER)
    assert re.fullmatch("[0-9a-f]{32}", release_id)
    monkeypatch.setattr(gate, "check_isolated", lambda *_, **__: Outcome([FAULT]))
    assert "不能提交" in shell("release", "check", release_id, code=1)
    monkeypatch.setattr(gate, "check_isolated", lambda *_, **__: Outcome([]))
    assert shell.json("release", "check", release_id) == {
        "world": "installation", "passed": True, "findings": [], "stories": []
    }  # fmt: skip
    assert _line(shell, release_id)["state"] == "checked"
    submit = ("release", "submit", release_id, "--from", monday, "--reason", "改为五个工作日", "--by", shell.first)
    assert "请另一位政策管理员审批" in shell(*submit)
    assert "第 1 版" in shell("release", "approve", release_id, "--by", shell.second)
    line = _line(shell, release_id)
    assert set(line) == {
        "id", "programme", "title", "region", "place", "number", "state", "origin", "in_force_from", "restores",
        "checked", "news",
    }  # fmt: skip
    assert (line["region"], line["number"], line["state"], line["in_force_from"]) == (
        COUNTY, 1, "approved", monday.isoformat()
    )  # fmt: skip
    changes = shell.json("release", "diff", f"{PROGRAMME}@22", release_id)
    (change,) = [each for each in changes if not each["file"].startswith("scenarios/")]
    assert set(change) == {"kind", "file", "place", "what", "old", "new", "id"}
    assert (change["kind"], change["what"], change["new"]) == ("changed", "clocks.village_investigation.limit", "5")
    out = shell.folder / "out"
    shell("release", "export", f"{PROGRAMME}@{COUNTY}:1", out)
    assert read_folder(out) == LONGER


def test_what_is_refused_or_stopped(shell: Shell) -> None:
    waiting = shell.submitted(shell.checked(shell.drafted("waiting", NEWER)))
    assert shell("release", "reject", waiting, "--reason", "不同意", "--by", shell.second) == "已退回"
    assert _line(shell, waiting)["state"] == "rejected"
    release_id = shell.approved("mine", LONGER)
    stop = ("release", "stop", f"{PROGRAMME}@{COUNTY}", "--reason", "算错了", "--by", shell.first)
    assert shell(*stop) == "已停止受理新申请"
    assert _line(shell, release_id)["state"] == "stopped"
    assert shell("release", "retire", release_id, "--reason", "用省里的", "--by", shell.second) == "已停用"
    assert _line(shell, release_id)["state"] == "retired"


def test_going_back_lists_cases_and_letters_of_the_bad_release(shell: Shell) -> None:
    good = shell.approved("good", NEWER)
    bad = shell.approved("bad", LONGER)
    case = shell.office.apply(PROGRAMME, RELIEF)
    shell.office.do(case.case_id, "village_investigation", "village_cadre", facts_true=True)
    shell.office.do(case.case_id, "township_review", "township_clerk", confirmed=True, amount=800)
    back = shell("release", "draft", f"{PROGRAMME}@{COUNTY}:1", "--by", shell.first)
    assert shell.json("release", "diff", good, back) == []
    told = shell("release", "approve", shell.submitted(shell.checked(back)), "--by", shell.second)
    for text in (told, shell("release", "list")):
        assert f"曾按被替换的版本办理：{case.number}" in text
        assert "审批决定书" in text
    assert (_line(shell, bad)["state"], _line(shell, back)["restores"]) == ("superseded", good)


def test_three_sides_in_one_command(shell: Shell) -> None:
    own = {
        f"letters/approval_notice/{name}": (TEMPLATES / "approval_notice" / name).read_bytes()
        for name in ("template.docx", "contract.yaml", "sample.json")
    }
    shell.approved("first", NEWER)
    town = (
        "release",
        "draft",
        shell.folder_of("town", {**LONGER, **own}),
        "--region",
        "220122100",
        "--by",
        shell.first,
    )
    mine = shell.submitted(shell.checked(shell(*town)))
    shell("release", "approve", mine, "--by", shell.second)
    assert "基础版本没有更新" in shell("release", "compare", mine)
    other = NEWER["bundle.yaml"].replace(b"limit: figure.village_investigation_working_days", b'limit: "7"')
    shell.approved("second", {**NEWER, "bundle.yaml": other})
    assert "base moved：基础版本已更新" in shell("release", "list")
    assert f"doudi release compare {mine}" in _line(shell, mine)["news"][0]["text"]  # type: ignore[index]
    found = shell.json("release", "compare", mine)
    assert set(found) == {"place", "base_moved", "sides"}
    assert found["base_moved"] is True
    assert set(found["sides"][0]) == {"state", "file", "place", "what", "id", "base", "theirs", "new"}
    (conflict,) = [each for each in found["sides"] if each["state"] == "conflict"]
    assert (conflict["what"], conflict["theirs"], conflict["new"]) == ("clocks.village_investigation.limit", "5", "7")
    assert "冲突：两边都改了，请选一个（1 处）" in shell("release", "compare", mine)


def test_a_folder_meets_the_world_of_the_installation(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen: a folder was checked against what the product ships, whatever the installation had made of it."""
    library = {
        path: each + (b"# ours\n" if path.endswith(".yaml") else b"") for path, each in read_folder(TEMPLATES).items()
    }
    shell.approved("library", library)
    met: list[tuple[str, World]] = []

    def checked(draft: tuple[str, object], world: World | None = None) -> Outcome:
        met.append((draft[0], world or World()))
        return Outcome([])

    monkeypatch.setattr("app.cli.checking.check_isolated", checked)
    folder = shell.folder_of("mine", NEWER)
    for region in (COUNTY, "22"):
        assert shell.json("release", "check", folder, "--region", region)["world"] == "installation"
    ours, theirs = (world.letters or {} for _, world in met)
    path = "letters/approval_notice/contract.yaml"
    assert ours[path].endswith(b"# ours\n")
    assert not theirs[path].endswith(b"# ours\n")
    monkeypatch.setenv("DOUDI_DATABASE_URL", f"sqlite:///{shell.folder / 'none.db'}")
    assert "没有数据库" in shell("release", "check", folder)
    assert met[-1] == ("22", World())
    assert not (shell.folder / "none.db").exists()


REFUSED = {
    "an unknown id": (
        ("release", "submit", "0" * 32, "--from", "2999-01-01", "--reason", "x", "--by", "{first}"), "没有编号",
    ),
    "no such release": (("release", "export", "dibao@11:7", "{folder}/x"), "11"),
    "a name that is none": (("release", "diff", "A B", "dibao@22"), "应写作"),
    "nobody of that name": (("release", "stop", "dibao@22", "--reason", "x", "--by", "nobody"), "--by"),
    "not one's region": (("release", "stop", "dibao@22", "--reason", "x", "--by", "{first}"), "无权"),
    "an empty folder": (("release", "draft", "{empty}", "--by", "{first}"), "没有方案文件"),
    "a folder that is not empty": (("release", "export", "dibao@22", "{mine}"), "不是空文件夹"),
    "no base": (("release", "compare", "dibao@22"), "没有可以比对的基础版本"),
    "a draft that waits for nobody": (("release", "approve", "{draft}", "--by", "{second}"), "已提交"),
    "no check": (
        ("release", "submit", "{draft}", "--from", "2999-01-01", "--reason", "x", "--by", "{first}"), "还没有检查过",
    ),
    "no day": (("release", "submit", "{draft}", "--from", "soon", "--reason", "x", "--by", "{first}"), None),
}  # fmt: skip


def test_refusals_are_sentences_that_say_what_to_do(shell: Shell) -> None:
    (shell.folder / "empty").mkdir()
    known = {"first": shell.first, "second": shell.second, "folder": shell.folder, "empty": shell.folder / "empty",
             "mine": shell.folder / "mine", "draft": shell.drafted("mine", NEWER)}  # fmt: skip
    before = shell.json("release", "list")
    for name, (arguments, told) in REFUSED.items():
        text = shell(*(each.format(**known) for each in arguments), code=1 if told else 2)
        assert told is None or (told in text and CHINESE.search(text)), (name, text)
        assert "Traceback" not in text
    assert shell.json("release", "list") == before


def test_a_database_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOUDI_DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    monkeypatch.setenv("DOUDI_KEY_FILE", str(tmp_path / "keys.json"))
    assert "doudi db upgrade" in Shell(None, tmp_path, "", "")("release", "list", code=1)  # type: ignore[arg-type]


BAD = {
    "50 MB of YAML": ("notes.yaml", b"a" * (50 << 20), "超过 5 MB"),
    "50,000 brackets": ("bundle.yaml", b"a: " + b"[" * 50_000, "嵌套超过"),
    "no manifest to speak of": ("bundle.yaml", b"title: x\n", "bundle.yaml"),
    "no YAML": ("bundle.yaml", b"a: [", "YAML"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_folder_that_does_harm_is_refused_by_every_command(shell: Shell, name: str) -> None:
    path, content, told = BAD[name]
    folder = shell.folder_of("bad", {**FILES, path: content})
    before = shell.json("release", "list")
    for arguments in (("draft", folder, "--by", shell.first), ("check", folder)):
        assert told in shell("release", *arguments, code=1)
    assert shell.json("release", "list") == before


def test_what_ships_is_listed(shell: Shell) -> None:
    shipped = {path.parent.name.partition("@")[0] for path in BUNDLES.glob("*/bundle.yaml")}
    lines = shell.json("release", "list")
    assert shipped <= {each["programme"] for each in lines}
    assert {each["state"] for each in lines} == {"in force"}


def test_a_back_test_tells_what_closed_cases_would_have_become(shell: Shell) -> None:
    receipt = shell.office.apply(PROGRAMME, RELIEF)
    shell.office.do(receipt.case_id, "village_investigation", "village_cadre", facts_true=True, opinion="属实")
    shell.office.do(receipt.case_id, "township_review", "township_clerk", confirmed=True, amount=800)
    table = FILES["eligibility.dmn"].replace(b"&lt; 3</text>", b"&lt; 4</text>")
    release_id = shell.drafted("stricter", {**FILES, "eligibility.dmn": table})
    told = shell("release", "backtest", release_id)
    assert "原来准予，改为不予：无 → 不符合（A1）" in told
    assert "申请条件（据申请书）第 3 行 A1" in told
    found = shell.json("release", "backtest", release_id, "--since", shell.today)
    assert (found["counts"], found["cases"][0]["clause"]) == ({"refused": 1}, "A1")
    tomorrow = shell.today + timedelta(days=1)
    assert shell.json("release", "backtest", release_id, "--since", tomorrow)["met"] == 0
    assert "没有发布版 unknown" in shell("release", "backtest", "unknown", code=1)
    assert "不是演示库" in shell("demo", "closed", "--count", 1, code=1)
