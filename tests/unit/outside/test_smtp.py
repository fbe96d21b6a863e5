"""Mail by a server that takes it, refuses it, is down, or is not who it says."""

from __future__ import annotations

import ssl
from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from app.outside import Failed, Refused
from app.outside.smtp import Smtp
from tests.support.servers import MailServer, certificate


def _smtp(port: int, **changes: object) -> Smtp:
    trusted = ssl.create_default_context(cafile=str(certificate()))
    made = Smtp("127.0.0.1", port, "doudi@example.gov.cn", "{to}@sms.example.gov.cn", trusted, timeout=1.0)
    return replace(made, **changes)


def test_a_message_is_handed_over_with_tls_and_says_which_it_is() -> None:
    server = MailServer()
    with server.running() as port:
        _smtp(port, user="doudi", password="secret").send("key1", "13904310001", "您的申请已受理。\n.\n请等待")
    mail = message_from_bytes(server.mails[0].encode(), policy=policy.default)
    assert server.recipients == ["13904310001@sms.example.gov.cn"]
    assert server.commands[:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]
    assert mail["Message-ID"] == "<key1@example.gov.cn>"
    assert "您的申请已受理" in mail.get_content()


@pytest.mark.parametrize(
    ("answers", "kind", "told"),
    [
        ({"RCPT": "550 no such user"}, Refused, "不收这个收件人（550）"),
        ({"RCPT": "450 come later"}, Failed, "不收这个收件人（450）"),
        ({"DATA": "554 spam"}, Refused, "拒绝了通知（554）"),
        ({"MAIL": "451 busy"}, Failed, "拒绝了通知（451）"),
        ({"HELLO": "hello?"}, Failed, "邮件服务器"),
        ({"STARTTLS": "454 not now"}, Failed, "邮件服务器"),
    ],
)
def test_what_the_server_refuses_for_good_is_not_tried_again(
    answers: dict[str, str], kind: type[Failed], told: str
) -> None:
    server = MailServer(**answers)
    with server.running() as port, pytest.raises(Failed, match=told) as caught:
        _smtp(port).send("key", "13904310001", "您好")
    assert type(caught.value) is kind
    assert server.mails == []


def test_a_server_without_tls_or_of_somebody_else_gets_nothing() -> None:
    server = MailServer(EHLO="250 mail")
    with server.running() as port, pytest.raises(Failed):
        _smtp(port).send("key", "13904310001", "您好")
    stranger = MailServer()
    with stranger.running() as port, pytest.raises(Failed, match="SSLCertVerificationError"):
        _smtp(port, context=ssl.create_default_context()).send("key", "13904310001", "您好")
    assert server.mails + stranger.mails == []


def test_a_server_that_is_down_or_silent_is_tried_again() -> None:
    with MailServer().running() as port:
        pass
    with pytest.raises(Failed, match="连不上"):
        _smtp(port).send("key", "13904310001", "您好")


@pytest.mark.parametrize("to", ["", "1390431\r\nBcc: all@example.com", "a b"])
def test_an_address_that_is_none_is_refused(to: str) -> None:
    with pytest.raises(Refused, match="收件人不是"):
        _smtp(1, recipient="{to}").send("key", to, "您好")
