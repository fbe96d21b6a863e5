"""Who carries what leaves the house is found by name, among what is installed."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app import outside
from app.documents.pdf import LibreOffice
from app.outside import DEPARTMENTS, MESSENGERS, Question, Reply, SettingError, boundary
from app.outside.checking import ByHand, Platform
from app.outside.gateway import Gateway
from app.outside.smtp import Smtp
from app.outside.spool import Spool

KNOWN = {"vehicles": "车辆", "tax": "税务"}


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """Every setting that an implementation which ships must have."""
    key = tmp_path / "key"
    key.write_text("0123456789abcdef\n")
    return {
        "DOUDI_SPOOL_FOLDER": str(tmp_path),
        "DOUDI_SMTP_HOST": "mail.example.gov.cn", "DOUDI_SMTP_SENDER": "a@example.gov.cn",
        "DOUDI_SMTP_USER": "doudi", "DOUDI_SMTP_PASSWORD_FILE": str(key),
        "DOUDI_SMS_URL": "https://sms.example.gov.cn/send", "DOUDI_SMS_KEY_FILE": str(key),
        "DOUDI_DEPARTMENTS_URL": "http://127.0.0.1:9/ask", "DOUDI_DEPARTMENTS_KEY_FILE": str(key),
    }  # fmt: skip


def test_what_ships_is_installed_and_made_from_its_settings(settings: dict[str, str]) -> None:
    made = {name: type(outside.messenger(name, settings)) for name in ("spool", "smtp", "http")}
    assert made == {"spool": Spool, "smtp": Smtp, "http": Gateway}
    assert isinstance(outside.pdf_maker("libreoffice", {}), LibreOffice)
    asked = outside.departments("hand, vehicles=http", KNOWN, settings)
    assert isinstance(asked.default, ByHand)
    assert {key: type(each) for key, each in asked.own.items()} == {"vehicles": Platform}


def test_an_unknown_name_says_what_is_installed() -> None:
    with pytest.raises(
        SettingError, match="DOUDI_MESSENGER 要用的发送通知的方式“sms”没有安装。已安装：http、smtp、spool"
    ):
        outside.messenger("sms", {})
    with pytest.raises(SettingError, match="DOUDI_PDF .*“word”没有安装。已安装：libreoffice"):
        outside.pdf_maker("word", {})
    with pytest.raises(SettingError, match="DOUDI_DEPARTMENTS .*“fax”没有安装。已安装：hand、http"):
        outside.departments("hand, tax=fax", KNOWN, {})


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ("vehicles=hand", "缺少其余部门的方式"),
        ("", "缺少其余部门的方式"),
        ("hand, vehicle=hand", "“vehicle”不是核对部门，可用：vehicles（车辆）、tax（税务）"),
        ("hand, tax=hand, tax=http", "“tax”写了两次"),
        ("hand, http", "“http”写了两次"),
    ],
)
def test_a_wrong_choice_of_departments_is_named(choice: str, told: str) -> None:
    with pytest.raises(SettingError, match=told):
        outside.departments(choice, KNOWN, {})


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("smtp", {"DOUDI_SMTP_HOST": ""}, "缺少设置 DOUDI_SMTP_HOST"),
        ("smtp", {"DOUDI_SMTP_PORT": "mail"}, "DOUDI_SMTP_PORT 应为正整数"),
        ("smtp", {"DOUDI_SMTP_RECIPIENT": "sms@example.gov.cn"}, "DOUDI_SMTP_RECIPIENT 应含一处 {to}"),
        ("smtp", {"DOUDI_SMTP_PASSWORD_FILE": "/nowhere"}, "/nowhere 读不到"),
        ("smtp", {"DOUDI_CA_FILE": "/nowhere"}, "DOUDI_CA_FILE 所指的证书文件 /nowhere 读不了"),
        ("http", {"DOUDI_SMS_URL": "http://sms.example.gov.cn"}, "应以 https:// 开头"),
        ("http", {"DOUDI_SMS_URL": "https://me:it@sms.example.gov.cn"}, "应为网址，不带用户名和参数"),
        ("http", {"DOUDI_SMS_URL": "https://sms.example.gov.cn:port"}, "应为网址"),
        ("http", {"DOUDI_SMS_KEY_FILE": "short"}, "密钥太短，至少 16 个字节"),
    ],
)
def test_a_setting_that_cannot_be_is_named(
    settings: dict[str, str], tmp_path: Path, name: str, change: dict[str, str], told: str
) -> None:
    (tmp_path / "short").write_text("abc")
    change = {key: str(tmp_path / value) if value == "short" else value for key, value in change.items()}
    with pytest.raises(SettingError, match=told):
        outside.messenger(name, settings | change)


class Registry:
    """A department of another package."""

    def __init__(self, settings: Any) -> None:
        self.settings = settings

    def ask(self, question: Question) -> Reply:
        return Reply(answer={"found": False})


def test_other_packages_add_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = {
        DEPARTMENTS: EntryPoint("county", "county:Registry", DEPARTMENTS),
        MESSENGERS: EntryPoint("broken", "no.such.module:Messenger", MESSENGERS),
    }
    monkeypatch.setitem(sys.modules, "county", SimpleNamespace(Registry=Registry))
    monkeypatch.setattr(boundary, "entry_points", lambda group: [theirs[group]])
    asked = outside.departments("county", KNOWN, {"DOUDI_COUNTY": "220122"})
    assert isinstance(asked.default, Registry)
    assert asked.default.settings == {"DOUDI_COUNTY": "220122"}
    with pytest.raises(SettingError, match="“broken”（no.such.module:Messenger）装不上：ModuleNotFoundError"):
        outside.messenger("broken", {})
