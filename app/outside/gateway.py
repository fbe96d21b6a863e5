"""`http`: messages by an SMS gateway that takes signed JSON: {key, to, text}."""

from __future__ import annotations

from app.outside import settings as read
from app.outside.boundary import Settings
from app.outside.http import Post

URL = read.Setting("DOUDI_SMS_URL", "短信网关的网址")
KEY = read.Setting("DOUDI_SMS_KEY_FILE", "存放与短信网关约定的密钥的文件")


class Gateway:
    """Status 2xx means that the gateway has the message; one that comes again under its `key` is not sent again."""

    def __init__(self, post: Post) -> None:
        self._post = post

    @classmethod
    def configured(cls, settings: Settings) -> Gateway:
        url, key = read.address(settings, URL), read.signing_key(settings, KEY)
        return cls(Post(url, key, read.trust(settings), "短信网关"))

    def send(self, key: str, to: str, text: str) -> None:
        self._post.send({"key": key, "to": to, "text": text})
