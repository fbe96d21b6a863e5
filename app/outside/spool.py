"""`spool`: messages as files that the office's SMS gateway picks up."""

from __future__ import annotations

import json
import os
from pathlib import Path

from app.outside import settings as read
from app.outside.boundary import Settings

FOLDER = read.Setting("DOUDI_SPOOL_FOLDER", "通知存成文件时放在哪个文件夹", "var/messages")


class Spool:
    """Drops each message as a file; sending twice leaves one file.

    Only the account that the service runs under may read it: it holds a telephone number in the clear.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def configured(cls, settings: Settings) -> Spool:
        return cls(Path(read.text(settings, FOLDER)))

    def send(self, key: str, to: str, text: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._folder / f".{key}.part"
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"key": key, "to": to, "text": text}, file, ensure_ascii=False)
        draft.replace(self._folder / f"{key}.json")
