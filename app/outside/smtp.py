"""`smtp`: messages by mail, to people or to the mailbox of a gateway that turns mail into SMS. Always with TLS."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate

from app.outside import settings as read
from app.outside.boundary import Failed, Refused, SettingError, Settings

TIMEOUT = 20.0
IMPLICIT_TLS_PORT = 465
PERMANENT = 500
_PERSON = "{to}"
HOST = read.Setting("DOUDI_SMTP_HOST", "邮件服务器的主机名")
PORT = read.Setting("DOUDI_SMTP_PORT", "邮件服务器的端口；465 直接加密，其余先 STARTTLS", str(IMPLICIT_TLS_PORT))
SENDER = read.Setting("DOUDI_SMTP_SENDER", "发信地址")
RECIPIENT = read.Setting("DOUDI_SMTP_RECIPIENT", f"电话号码怎样变成收信地址，如 {_PERSON}@sms.example.gov.cn", _PERSON)
USER = read.Setting("DOUDI_SMTP_USER", "邮件服务器的用户名；空为不登录")
PASSWORD = read.Setting("DOUDI_SMTP_PASSWORD_FILE", "存放邮件服务器密码的文件")


@dataclass(frozen=True, slots=True)
class Smtp:
    """One connection a message. `recipient` turns a telephone number into an address: `{to}@sms.example.gov.cn`.

    On port 465 the connection begins with TLS, on every other with STARTTLS; there is no way without.
    """

    host: str
    port: int
    sender: str
    recipient: str
    context: ssl.SSLContext
    user: str = ""
    password: str = ""
    subject: str = "社会救助通知"
    timeout: float = TIMEOUT

    @classmethod
    def configured(cls, settings: Settings) -> Smtp:
        user, recipient = read.text(settings, USER), read.text(settings, RECIPIENT)
        if recipient.count(_PERSON) != 1 or recipient.replace(_PERSON, "").count("{"):
            raise SettingError(f"设置 {RECIPIENT.name} 应含一处 {_PERSON}，例如 {_PERSON}@sms.example.gov.cn")
        return cls(
            host=read.required(settings, HOST),
            port=read.whole(settings, PORT),
            sender=read.required(settings, SENDER),
            recipient=recipient,
            context=read.trust(settings),
            user=user,
            password=read.secret(settings, PASSWORD).decode() if user else "",
        )

    def send(self, key: str, to: str, text: str) -> None:
        mail = self._mail(key, to, text)
        try:
            with self._connect() as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as fault:
            code = max(code for code, _ in fault.recipients.values())
            raise _failure(code, f"邮件服务器不收这个收件人（{code}）") from fault
        except smtplib.SMTPResponseException as fault:
            raise _failure(fault.smtp_code, f"邮件服务器拒绝了通知（{fault.smtp_code}）") from fault
        except (OSError, smtplib.SMTPException) as fault:
            raise Failed(f"邮件服务器 {self.host}:{self.port} 连不上或没有应答（{type(fault).__name__}）") from fault

    def _connect(self) -> smtplib.SMTP:
        if self.port == IMPLICIT_TLS_PORT:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=self.context)
        server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            server.starttls(context=self.context)
        except BaseException:
            server.close()
            raise
        return server

    def _mail(self, key: str, to: str, text: str) -> EmailMessage:
        address = to if "@" in to else self.recipient.replace(_PERSON, to)
        mail = EmailMessage()
        try:
            mail["From"], mail["To"], mail["Subject"] = self.sender, address, self.subject
            mail["Message-ID"] = f"<{key}@{self.sender.rpartition('@')[2]}>"
            mail["Date"] = formatdate(localtime=True)
            mail.set_content(text)
        except ValueError as fault:
            raise Refused("收件人不是电话号码或邮件地址，请改正申请人的联系方式") from fault
        if not mail["To"].addresses or "@" not in address:
            raise Refused(f"收件人不是邮件地址，请设置 {RECIPIENT.name} 说明电话号码怎样变成地址")
        return mail


def _failure(code: int, told: str) -> Failed:
    return Refused(f"{told}，请核对收件人和邮件服务器的设置") if code >= PERMANENT else Failed(told)
