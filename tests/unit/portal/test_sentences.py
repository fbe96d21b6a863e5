"""One sentence that is true: what happens, and until when."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.cases.progress import Progress
from app.inbox import exchanges
from app.portal.sentences import sentence

TODAY = date(2020, 10, 12)
ORDER: dict[str, Any] = {"id": "1", "replaces": None, "given_up": None}
PAID, PENDING = SimpleNamespace(**ORDER, status="paid"), SimpleNamespace(**ORDER | {"id": "2"}, status="pending")
BACK, AGAIN = (
    SimpleNamespace(**ORDER, status="returned"),
    SimpleNamespace(**ORDER | {"id": "3", "replaces": "1"}, status="paid"),
)
KNOWN: dict[str, Any] = {
    "is_open": True, "status": "in_progress", "words": ("申请已受理，村里正在核实",), "until": None, "answers": False,
    "paused": None, "public_until": None, "missing": (), "exchanges": (), "orders": (), "seen_on": TODAY,
}  # fmt: skip


class Known:
    """A case as far as a sentence looks."""

    def __init__(self, **known: Any) -> None:
        self.__dict__.update(KNOWN | known)


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({}, "申请已受理，村里正在核实。"),
        ({"until": date(2020, 10, 15)}, "申请已受理，村里正在核实，10月15日前（含当天）办完这一步。"),
        ({"until": date(2020, 10, 15), "answers": True}, "申请已受理，村里正在核实，10月15日前（含当天）有答复。"),
        ({"until": date(2021, 1, 4)}, "申请已受理，村里正在核实，2021年1月4日前（含当天）办完这一步。"),
        ({"until": TODAY}, "申请已受理，村里正在核实，10月12日前（含当天）办完这一步。"),
        (
            {"until": date(2020, 10, 9)},
            "申请已受理，村里正在核实，这一步应在10月9日前办完，已经超过期限，您可以催办或者打电话问。",
        ),
        ({"paused": "等待申请人补正材料"}, "等待您补正材料，在这以前办理期限暂停计算。"),
        (
            {"words": ("正在公示",), "public_until": date(2020, 10, 20)},
            "正在公示，到10月20日为止，没有人提出不同意见就进入下一步。",
        ),
        ({"missing": ("户口簿", "残疾证")}, "还缺材料，等您补交：户口簿、残疾证。"),
        (
            {"missing": ("户口簿",), "paused": "等待申请人补正材料"},
            "还缺材料，等您补交：户口簿，补齐以前办理期限暂停计算。",
        ),
        ({"words": ()}, "正在办理。"),
        ({"words": ("甲", "乙")}, "甲；乙。"),
        ({"status": "suspended"}, "您的申请暂停办理，原因请问下面的单位。"),
        ({"is_open": False, "status": "withdrawn"}, "您已经撤回这次申请。需要时可以重新申请。"),
        (
            {"is_open": False, "status": "approved", "orders": (PAID, PENDING)},
            "您的申请已经批准，救助金会发到登记的账户，决定书可以在下面下载。",
        ),
        (
            {"is_open": False, "status": "approved", "orders": (PAID,)},
            "您的申请已经批准，救助金已经发放，决定书可以在下面下载。",
        ),
        (
            {"is_open": False, "status": "approved", "orders": (BACK,)},
            "您的申请已经批准，但是救助金被银行退回。请核对账户，带身份证和银行卡到下面的单位办理。",
        ),
        (
            {"is_open": False, "status": "approved", "orders": (BACK, AGAIN)},
            "您的申请已经批准，救助金已经发放，决定书可以在下面下载。",
        ),
        ({"is_open": False, "status": "approved"}, "您的申请已经批准，怎样发放写在决定书里，可以在下面下载。"),
        ({"is_open": True, "status": "approved", "words": ("正在安排供养",)}, "正在安排供养。"),
    ],
)
def test_the_sentence_is_of_the_case_as_it_is(known: dict[str, Any], told: str) -> None:
    assert sentence(cast(Progress, Known(**known))) == told


def test_a_question_comes_first() -> None:
    asked = type("Asked", (), {"status": exchanges.OPEN})()
    told = sentence(cast(Progress, Known(exchanges=(asked,), paused="等待申请人答复")))
    assert told == "经办人有话问您，请在下面答复。等待您答复，在这以前办理期限暂停计算。"
