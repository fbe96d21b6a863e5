"""A county of 20 townships and 300 villages with its people, as the files that an office imports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openpyxl import load_workbook

TOWNSHIPS, VILLAGES = range(100, 120), range(1, 16)
TITLES = ["用户名", "姓名", "区划代码", "岗位"]
COUNTY_POSITIONS = ("县级经办人", "县级负责人", "财务人员")


def regions(folder: Path, townships: Sequence[int] = TOWNSHIPS) -> None:
    """Writes county.csv."""
    rows = ["220122000000,农安县"]
    for township in townships:
        rows.append(f"220122{township}000,{'农安镇' if township == 100 else f'第{township}乡'}")
        rows += [f"220122{township}{village:03d},第{village}村" for village in VILLAGES]
    (folder / "county.csv").write_text("代码,名称\n" + "\n".join(rows), encoding="utf-8")


def places(townships: Sequence[int] = TOWNSHIPS) -> int:
    """How many are new beside the county, which the first administrator has opened."""
    return len(townships) * (1 + len(VILLAGES))


def people(townships: Sequence[int] = TOWNSHIPS) -> list[tuple[object, ...]]:
    """Everybody, in the order of TITLES."""
    found: list[tuple[object, ...]] = [
        ("zhou.li", "周丽", 220122, "政策管理员"),
        ("wu.fang", "吴芳", 220122, "政策管理员"),
        ("sun.li", "孙丽", 220122, "县级经办人"),
        ("zhao.qiang", "赵强", 220122, "县级负责人"),
        *((f"county.{n}.{m}", f"县{n}{m}", 220122, title) for n, title in enumerate(COUNTY_POSITIONS) for m in (1, 2)),
    ]
    for township in townships:
        code = f"220122{township}000"
        found += [(f"clerk.{township}", f"经办{township}", code, "乡镇（街道）经办人")]
        found += [(f"head.{township}", f"负责{township}", code, "乡镇（街道）负责人")]
        found += [
            (f"cadre.{township}.{n}", f"干部{township}{n}", f"220122{township}{n:03d}", "村（社区）干部")
            for n in VILLAGES
        ]
    return found


def staff(path: Path, townships: Sequence[int] = TOWNSHIPS) -> None:
    """Fills in the workbook that `doudi staff template` wrote."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    places = {cell.value: cell.column for cell in sheet[1]}
    for row, person in enumerate(people(townships), 2):
        for title, value in zip(TITLES, person, strict=True):
            sheet.cell(row, places[title], value)
    book.save(path)


def passwords(path: Path) -> dict[str, str]:
    """Login → one-time password, from the workbook that is handed out."""
    rows = load_workbook(path).worksheets[0].iter_rows(min_row=2, values_only=True)
    return {str(row[3]): str(row[4]) for row in rows}
