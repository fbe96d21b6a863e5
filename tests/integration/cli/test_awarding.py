"""`doudi awards`: a workbook of what is paid already, tried, kept, and confirmed by another login."""

from __future__ import annotations

from tests.integration.cli.conftest import Shell
from tests.support.takeover import PAID, households, workbook


def test_a_workbook_is_tried_kept_and_confirmed_by_somebody_else(shell: Shell) -> None:
    clerk, head, second = (
        shell.first.replace("policy_owner", each) for each in ("county_clerk", "county_head", "finance")
    )
    shell("awards", "template", shell.folder / "empty.xlsx", "--by", clerk)
    file, wrong = shell.folder / "awards.xlsx", shell.folder / "wrong.xlsx"
    file.write_bytes(workbook(households(2)))
    wrong.write_bytes(workbook({**households(2), PAID: [["D0000", "2020-13", None, 490]]}))
    told = shell("awards", "import", wrong, "--by", clerk, code=1)
    assert "「已发放」第 2 行「起始月份」：“2020-13”：不是月份" in told
    assert "文件有 1 处问题，什么都没有导入" in told
    told = shell("awards", "import", file, "--dry-run", "--by", clerk)
    assert "最低生活保障  农安镇  2 份，4 人，每月 980.00 元，已发放 8820.00 元" in told
    assert "没有这些岗位" in shell("awards", "import", file, "--by", second, code=1)
    takeover_id = next(line for line in shell("awards", "import", file, "--by", clerk).splitlines() if len(line) == 32)
    assert "您无权办理" in shell("awards", "confirm", takeover_id, "--by", clerk, code=1)
    assert "待确认，已写入 0 / 2" in shell("awards", "show", takeover_id, "--by", head)
    assert "由后台分批写入" in shell("awards", "confirm", takeover_id, "--by", head)
    assert "已经确认或者作废" in shell("awards", "drop", takeover_id, "--by", head, code=1)
