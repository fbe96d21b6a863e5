"""`doudi region`: what it prints, what it refuses, and that an export comes in again."""

from __future__ import annotations

from pathlib import Path

from tests.integration.cli.conftest import COUNTY, Shell


def test_regions_come_in_are_listed_and_go_out(shell: Shell) -> None:
    keeper = shell.first.replace("policy_owner", "administrator")
    file = shell.folder / "regions.csv"
    file.write_text("代码,名称\n220122105000,三岗镇\n220122105201,三岗村\n", encoding="utf-8")
    assert "将新增 2 个区划" in shell("region", "import", file, "--dry-run", "--by", keeper)
    assert "没有符合条件的区划" in shell("region", "list", "--name", "三岗")
    assert "新增 2 个区划" in shell("region", "import", file, "--by", keeper)
    assert "没有变化" in shell("region", "import", file, "--by", keeper)
    assert "三岗镇人民政府" in shell("region", "list", "--region", "220122105000")
    shown = shell.json("region", "list", "--name", "三岗村")
    assert [(row["code"], row["office"]) for row in shown] == [("220122105201", "三岗村村民委员会")]
    out = shell.folder / "out.csv"
    shell("region", "export", out, "--region", COUNTY)
    assert "没有变化" in shell("region", "import", out, "--by", keeper)


def test_every_fault_is_printed_and_nothing_comes_in(shell: Shell, tmp_path: Path) -> None:
    keeper = shell.first.replace("policy_owner", "administrator")
    file = tmp_path / "regions.csv"
    file.write_text("代码,名称,启用日期\n220122105000,三岗镇,昨天\n22012210,,\n", encoding="utf-8")
    for options in ((), ("--dry-run",)):
        told = shell("region", "import", file, *options, "--by", keeper, code=1)
        for fault in ("第 2 行「启用日期」", "第 3 行「代码」", "第 3 行「名称」", "文件有 3 处问题，什么都没有导入"):
            assert fault in told
    assert "没有符合条件的区划" in shell("region", "list", "--name", "三岗")
    assert "您没有这些岗位" in shell("region", "import", file, "--by", shell.first, code=1)
