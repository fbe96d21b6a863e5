"""Reading the settings of an implementation; what is missing is named in Chinese."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from app.outside.boundary import SettingError, Settings

SHORTEST_KEY = 16
_OWN_HOST = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Setting:
    """A `DOUDI_…` variable that an implementation reads. `meaning` is Chinese; the operations guide prints it."""

    name: str
    meaning: str
    default: str = ""


AUTHORITIES = Setting("DOUDI_CA_FILE", "对外连接只信这个文件里的证书颁发机构；空为信任本机已装的")


def text(settings: Settings, setting: Setting) -> str:
    """What is set, or the default."""
    return settings.get(setting.name, setting.default)


def required(settings: Settings, setting: Setting) -> str:
    """The text of a setting. Raises SettingError."""
    value = text(settings, setting).strip()
    if not value:
        raise SettingError(f"缺少设置 {setting.name}：{setting.meaning}")
    return value


def whole(settings: Settings, setting: Setting) -> int:
    """A positive whole number. Raises SettingError."""
    given = text(settings, setting)
    if not (given.isascii() and given.isdigit() and int(given) > 0):
        raise SettingError(f"设置 {setting.name} 应为正整数，不能是“{given}”")
    return int(given)


def secret(settings: Settings, setting: Setting) -> bytes:
    """The content of the file that a setting names, without white space at its ends. Raises SettingError."""
    path = required(settings, setting)
    try:
        content = Path(path).read_bytes().strip()
    except OSError as fault:
        raise SettingError(f"设置 {setting.name} 所指的文件 {path} 读不到：{fault.strerror}") from fault
    if not content:
        raise SettingError(f"设置 {setting.name} 所指的文件 {path} 是空的")
    return content


def signing_key(settings: Settings, setting: Setting) -> bytes:
    """A secret that is long enough to sign with. Raises SettingError."""
    key = secret(settings, setting)
    if len(key) < SHORTEST_KEY:
        raise SettingError(f"设置 {setting.name} 所指的密钥太短，至少 {SHORTEST_KEY} 个字节")
    return key


def address(settings: Settings, setting: Setting) -> SplitResult:
    """An address that begins with https; plain http only within this machine, since identity numbers travel."""
    given = required(settings, setting)
    try:
        parts = urlsplit(given)
        known = parts.hostname and (parts.port or True)
    except ValueError:
        known = False
    if not known or parts.username or parts.query or parts.fragment or not given.isprintable() or " " in given:
        raise SettingError(f"设置 {setting.name} 应为网址，不带用户名和参数，不能是“{given}”")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _OWN_HOST):
        raise SettingError(f"设置 {setting.name} 应以 https:// 开头，不能明文传送个人信息")
    return parts


def trust(settings: Settings) -> ssl.SSLContext:
    """Whom to believe: the machine's certificate authorities, or those of the file of AUTHORITIES."""
    path = text(settings, AUTHORITIES)
    try:
        return ssl.create_default_context(cafile=path or None)
    except (OSError, ssl.SSLError) as fault:
        raise SettingError(f"设置 {AUTHORITIES.name} 所指的证书文件 {path} 读不了：{fault}") from fault
