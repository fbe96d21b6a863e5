"""`http`: time stamps by a service that takes signed JSON {digest} and answers with the stamp as text."""

from __future__ import annotations

from app.outside import settings as read
from app.outside.boundary import Failed, Settings
from app.outside.http import Post

LONGEST = 16_384
URL = read.Setting("DOUDI_AUDIT_STAMP_URL", "时间戳服务的网址")
KEY = read.Setting("DOUDI_AUDIT_STAMP_KEY_FILE", "存放与时间戳服务约定的密钥的文件")


class Service:
    """Every answer of status 2xx whose body is text is a stamp; what it says is checked by whoever issued it."""

    def __init__(self, post: Post) -> None:
        self._post = post

    @classmethod
    def configured(cls, settings: Settings) -> Service:
        url, key = read.address(settings, URL), read.signing_key(settings, KEY)
        return cls(Post(url, key, read.trust(settings), "时间戳服务"))

    def stamp(self, text: str) -> str:
        told = self._post.send({"digest": text}).body.decode("utf-8", "replace").strip()
        if not 0 < len(told) <= LONGEST:
            raise Failed("时间戳服务没有给出时间戳")
        return told
