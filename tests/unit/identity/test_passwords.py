"""What a password must be."""

from __future__ import annotations

import pytest

from app.core.entry import AccountRules
from app.core.errors import Invalid
from app.identity.passwords import require_good

OWN = ["nongan.clerk1", "王建国", "13904310001"]


@pytest.mark.parametrize("password", ["correct horse battery", "春江花月夜照无眠人", "kfmt-29xq-hwzp-4dnr"])
def test_a_long_password_that_nobody_guesses_is_taken(password: str) -> None:
    require_good(password, OWN, AccountRules(length=9))


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short", "至少 10 个字符"),
        ("x" * 201, "不超过 200 个字符"),
        ("aaaaaaaaaa", "太常见或者有规律"),
        ("abcabcabcabc", "太常见或者有规律"),
        ("1qaz2wsx3edc", "太常见或者有规律"),
        ("qwertyuiop", "太常见或者有规律"),
        ("1234567890", "太常见或者有规律"),
        ("2020-10-12", "太常见或者有规律"),
        ("password123", "太常见或者有规律"),
        ("minzheng123", "太常见或者有规律"),
        ("woaini5201314", "太常见或者有规律"),
        ("Minzhengju2020", "太常见或者有规律"),
        ("the nongan.clerk1 horse", "不能有自己的用户名"),
        ("clerk1 and battery horse", "不能有自己的用户名"),
        ("correct 王建国 battery", "不能有自己的用户名"),
        ("horse 13904310001 staple", "不能有自己的用户名"),
    ],
)
def test_what_is_short_common_or_ones_own_is_refused(password: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        require_good(password, OWN, AccountRules())
    assert password not in refused.value.message
