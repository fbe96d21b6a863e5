"""What applicants are told: texts of a programme over those of the product, without a place for what is private."""

from __future__ import annotations

import pytest

from app.core.paths import BUNDLES
from app.definitions.bundle import Bundle
from app.definitions.errors import BundleError
from app.definitions.folder import read_folder
from app.definitions.messages import EVENTS, LONGEST, OWN_PLACES, PLACES, defaults, fill

FILES = read_folder(BUNDLES / "dibao")


def bundle(messages: str) -> Bundle:
    return Bundle({**FILES, "bundle.yaml": FILES["bundle.yaml"] + f"\nmessages: {messages}\n".encode()})


def test_every_event_has_a_text_of_the_product() -> None:
    assert defaults().keys() == EVENTS.keys()
    for event, text in defaults().items():
        known = {name: f"某{name}" for name in (*PLACES, *OWN_PLACES.get(event, ()))}
        assert "{" not in fill(text, known)
        assert len(text) <= LONGEST


def test_a_programme_says_it_otherwise_or_not_at_all() -> None:
    told = bundle('{filed: "您的{项目}申请已受理", withdrawn: ""}').messages
    assert (told["filed"], told["withdrawn"], told["paid"]) == ("您的{项目}申请已受理", "", defaults()["paid"])


@pytest.mark.parametrize(
    ("messages", "told"),
    [
        ('{filed: "发给您{金额}元"}', "不能用“金额”"),
        ('{filed: "查询码{查询码}"}', "不能用“查询码”"),
        ('{filed: "您的{项目申请"}', "单独的花括号"),
        (f'{{filed: "{"长" * 201}"}}', "不超过 200 字"),
        ('{birthday: "生日快乐"}', "没有“birthday”"),
    ],
)
def test_what_no_text_may_say_is_refused(messages: str, told: str) -> None:
    with pytest.raises(BundleError, match=told):
        bundle(messages)
