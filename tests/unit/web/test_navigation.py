"""One table says who finds what in the head of a page."""

import pytest

from app.core.actor import Actor, Appointment
from app.desk.navigation import DOORS, current, doors_of
from app.identity.capabilities import CAPABILITIES, seeded_for


def holder(position: str) -> Actor:
    held = Appointment(position=position, office_id="o", region_id="r", capabilities=seeded_for(position))
    return Actor("staff", "某人", "u", (held,))


def test_doors_ask_for_capabilities_that_exist() -> None:
    assert {need for door in DOORS for need in door.needs} <= CAPABILITIES.keys()


@pytest.mark.parametrize(
    ("position", "labels"),
    [
        ("village_cadre", "待办 代办申请 案件 在保 待补 公示 异常 标准"),
        ("finance", "待办 代办申请 案件 在保 待补 公示 款项 专账 统计 异常 标准"),
        ("institution", "待办"),
        ("policy_owner", "待办 统计 异常 标准 政策变更"),
        ("auditor", "待办 专账 统计 标准 审计核对 登录审计"),
    ],
)
def test_everybody_sees_what_they_may_use_and_nothing_else(position: str, labels: str) -> None:
    assert [door.label for door in doors_of(holder(position))] == labels.split()


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/desk/", "desk.inbox_page"),
        ("/desk/tasks/1", "desk.inbox_page"),
        ("/desk/takeovers/1", "desk.award_list"),
        ("/desk/batches/new", "desk.payment_list"),
        ("/desk/audit/logins", "desk.login_chain_page"),
        ("/studio/releases", "studio.change_list"),
        ("/desk/account", ""),
    ],
)
def test_a_page_lies_behind_one_door(path: str, endpoint: str) -> None:
    doors = [door for door in DOORS if door.endpoint != "desk.takeover_list"]
    assert current(doors, path) == endpoint
