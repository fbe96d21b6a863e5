"""Reading the settings of an implementation; what is missing is named in Chinese."""

from __future__ import annotations

import ssl
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from app.outside.boundary import SettingError, Settings

SHORTEST_KEY = 16
_OWN_HOST = frozenset({"127.0.0.1", "::1", "localhost"})


def required(settings: Settings, name: str, what: str) -> str:
    """The text of a setting. Raises SettingError."""
    value = settings.get(name, "").strip()
    if not value:
        raise SettingError(f"缺少设置 {name}：{what}")
    return value


def whole(settings: Settings, name: str, default: int) -> int:
    """A positive whole number. Raises SettingError."""
    text = settings.get(name, str(default))
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise SettingError(f"设置 {name} 应为正整数，不能是“{text}”")
    return int(text)


def secret(settings: Settings, name: str, what: str) -> bytes:
    """The content of the file that a setting names, without white space at its ends. Raises SettingError."""
    path = required(settings, name, what)
    try:
        content = Path(path).read_bytes().strip()
    except OSError as fault:
        raise SettingError(f"设置 {name} 所指的文件 {path} 读不到：{fault.strerror}") from fault
    if not content:
        raise SettingError(f"设置 {name} 所指的文件 {path} 是空的")
    return content


def signing_key(settings: Settings, name: str, what: str) -> bytes:
    """A secret that is long enough to sign with. Raises SettingError."""
    key = secret(settings, name, what)
    if len(key) < SHORTEST_KEY:
        raise SettingError(f"设置 {name} 所指的密钥太短，至少 {SHORTEST_KEY} 个字节")
    return key


def address(settings: Settings, name: str, what: str) -> SplitResult:
    """An address that begins with https; plain http only within this machine, since identity numbers travel."""
    text = required(settings, name, what)
    try:
        parts = urlsplit(text)
        known = parts.hostname and (parts.port or True)
    except ValueError:
        known = False
    if not known or parts.username or parts.query or parts.fragment or not text.isprintable() or " " in text:
        raise SettingError(f"设置 {name} 应为网址，不带用户名和参数，不能是“{text}”")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _OWN_HOST):
        raise SettingError(f"设置 {name} 应以 https:// 开头，不能明文传送个人信息")
    return parts


def trust(settings: Settings) -> ssl.SSLContext:
    """Whom to believe: the machine's certificate authorities, or those of the file `DOUDI_CA_FILE`."""
    path = settings.get("DOUDI_CA_FILE")
    try:
        return ssl.create_default_context(cafile=path or None)
    except (OSError, ssl.SSLError) as fault:
        raise SettingError(f"设置 DOUDI_CA_FILE 所指的证书文件 {path} 读不了：{fault}") from fault
