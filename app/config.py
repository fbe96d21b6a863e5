"""Settings from the environment. Secrets live in files beside the database, never in it and never in the repository."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import urlsplit

from app.core.acting import ActRules
from app.core.entry import AccountRules
from app.outside.boundary import SettingError

SHORTEST_PASSWORD = 8
LONGEST_URL = 120
Network = IPv4Network | IPv6Network


def _setting(default: Any, meaning: str) -> Any:
    """A field that `DOUDI_` and its name set; the operations guide prints its meaning."""
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True)
class Config:
    """How one installation runs.

    oidc_issuer (empty: none) is the address of an OpenID provider that vouches for people, oidc_client_id and the text
    of oidc_secret_file are what it knows this installation by, oidc_claim is what of its tokens is the login here, and
    oidc_title stands on the button. It never makes an account.

    `audit_file` is where anchors of the audit are noted, best on a disk that only grows; `audit_stamp` names who puts
    a time stamp to them, "" nobody. messenger, departments and pdf name who carries what leaves the house
    (`app.outside`); `given` are all `DOUDI_…` settings as they were given, for whatever these read.
    """

    database_url: str = _setting(
        "sqlite:///var/doudi.db", "数据库地址；PostgreSQL 写作 postgresql+psycopg://用户:密码@主机/库名"
    )
    key_file: Path = _setting(Path("var/keys.json"), "加密密钥文件，与数据库分开备份，丢了数据打不开")
    secret_file: Path = _setting(Path("var/secret"), "会话签名密钥文件，各网页节点必须相同；没有时自动生成")
    audit_file: Path = _setting(Path("var/audit-anchors.jsonl"), "审计存证文件，最好放在只能追加的盘上或另一台机器上")
    host: str = _setting("127.0.0.1", "网页服务监听的地址")
    port: int = _setting(8000, "网页服务监听的端口")
    public_url: str = _setting(
        "",
        "群众打开本系统的网址，如 https://jiuzhu.example.gov.cn，印在文书的二维码里，扫码即可核验；空为二维码只含验证码。"
        "改了以后，已经出具的文书上仍是原来的网址",
    )
    threads: int = _setting(8, "每个网页进程同时处理的请求数")
    idle_minutes: int = _setting(30, "不操作多少分钟后自动退出登录")
    session_hours: int = _setting(12, "登录后最长多少小时必须重新登录")
    password_length: int = _setting(10, f"密码最少多少个字符，不会少于 {SHORTEST_PASSWORD}")
    password_history: int = _setting(5, "最近用过的多少个密码不能再用")
    password_days: int = _setting(0, "密码用多少天后必须更换；0 为不限期，发放的一次性密码总要更换")
    oidc_issuer: str = _setting("", "统一身份认证（OpenID）的地址；空为不用，只凭用户名和密码登录")
    oidc_client_id: str = _setting("", "本系统在统一身份认证登记的编号")
    oidc_secret_file: Path = _setting(Path("var/oidc-secret"), "存放统一身份认证约定密钥的文件")
    oidc_claim: str = _setting("preferred_username", "统一身份认证的哪一项是本系统的用户名")
    oidc_title: str = _setting("统一身份认证", "登录页按钮上的字")
    draft_days: int = _setting(30, "没有提交的表保留多少天，页面会说明")
    take_back_seconds: int = _setting(60, "办结后多少秒内本人可以撤回；文书、款项、公示、通知已经发出的不能撤回")
    urges_a_day: int = _setting(1, "对同一项工作，一个人一天最多催办几次")
    digest_messenger: str = _setting("", "工作人员的消息摘要怎样发出：空为不发，smtp 邮件；由本人选择是否接收")
    digest_hour: int = _setting(8, "每天几点发出消息摘要")
    message_days: int = _setting(180, "工作人员的消息保留多少天")
    upload_megabytes: int = _setting(60, "一次提交最多多少 MB，上传页面会说明")
    trusted_proxies: int = _setting(0, "前面有几层可信的反向代理，它们转来的访问者地址才可信")
    watchers: tuple[Network, ...] = _setting(
        (), "本机之外可以看 /healthz、/readyz、/metrics 的地址，逗号分隔，如 10.1.0.0/16,10.2.0.7"
    )
    log_level: str = _setting("INFO", "日志级别：DEBUG、INFO、WARNING、ERROR")
    log_format: str = _setting("text", "日志格式：text 给人看，json 给日志平台收集")
    job_seconds: int = _setting(60, "库内作业一次最多运行多少秒，超过的停下稍后重试")
    stop_seconds: int = _setting(30, "收到停止信号后，最多等多少秒让手上的事办完")
    clock_back_seconds: int = _setting(5, "服务器时钟倒退不超过多少秒可以接受，超过的拒绝办理")
    messenger: str = _setting("spool", "通知怎样发出：spool 存成文件、smtp 邮件、http 短信网关")
    departments: str = _setting("hand", "向部门核对：hand 人工填写、http 核对平台")
    pdf: str = _setting("libreoffice", "怎样生成 PDF")
    certificate_folder: Path = _setting(Path("var/certificates"), "机构签名证书所在的文件夹，只有后台节点需要")
    audit_stamp: str = _setting("", "谁给审计存证加盖时间戳：空为不加盖，http 时间戳服务")
    given: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Config:
        """Read `DOUDI_…` variables. Raises SettingError naming the variable that is wrong."""
        found: dict[str, Any] = {
            each.name: _read(name_of(each.name), environ[name_of(each.name)], each.default)
            for each in fields(cls)
            if "meaning" in each.metadata and name_of(each.name) in environ
        }
        return cls(**found, given={name: text for name, text in environ.items() if name.startswith("DOUDI_")})

    def account_rules(self) -> AccountRules:
        """What is asked of sessions and passwords."""
        return AccountRules(
            idle=timedelta(minutes=self.idle_minutes),
            longest=timedelta(hours=self.session_hours),
            length=max(self.password_length, SHORTEST_PASSWORD),
            history=self.password_history,
            age=timedelta(days=self.password_days) if self.password_days else None,
        )

    def act_rules(self) -> ActRules:
        """What is asked of acts on tasks."""
        return ActRules(timedelta(seconds=self.take_back_seconds), self.urges_a_day, bool(self.digest_messenger))

    def secret_key(self) -> str:
        """The key that signs session cookies; made (mode 0600) where there is none.

        It gets its name when it is whole, and the first keeps it: the processes of a node start at the same moment.
        """
        if not self.secret_file.exists():
            self.secret_file.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile("w", dir=self.secret_file.parent) as file:
                file.write(secrets.token_hex(32))
                file.flush()
                with suppress(FileExistsError):
                    os.link(file.name, self.secret_file)
        return self.secret_file.read_text().strip()


LEVELS, FORMATS = ("DEBUG", "INFO", "WARNING", "ERROR"), ("text", "json")
_CHOICES = {"DOUDI_LOG_LEVEL": LEVELS, "DOUDI_LOG_FORMAT": FORMATS}


def name_of(field_name: str) -> str:
    """``DOUDI_DATABASE_URL``"""
    return f"DOUDI_{field_name.upper()}"


def _read(name: str, text: str, default: object) -> Any:
    if name in _CHOICES and text not in _CHOICES[name]:
        raise SettingError(f"设置 {name} 应为 {'、'.join(_CHOICES[name])} 之一，不能是“{text}”")
    if name == "DOUDI_PUBLIC_URL":
        return _public(name, text.strip())
    if isinstance(default, int):
        if not (text.isascii() and text.isdigit()):
            raise SettingError(f"设置 {name} 应为整数，不能是“{text}”")
        return int(text)
    if isinstance(default, Path):
        return Path(text)
    return _networks(name, text) if isinstance(default, tuple) else text


def _public(name: str, text: str) -> str:
    """An address that fits into a QR code, without the slash at its end; empty stays empty."""
    parts = urlsplit(text) if text.isascii() and text.isprintable() and len(text) <= LONGEST_URL else None
    whole = parts and parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
    if text and (not whole or " " in text or "@" in text):
        told = f"应为 http:// 或 https:// 开头的网址，不超过 {LONGEST_URL} 个字，不能是“{text}”"
        raise SettingError(f"设置 {name} {told}")
    return text.rstrip("/")


def _networks(name: str, text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as wrong:
        raise SettingError(f"设置 {name} 应为逗号分隔的网络地址，如 10.1.0.0/16，不能是“{text}”") from wrong
