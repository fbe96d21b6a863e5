"""The certificates by which offices sign: PKCS#12 files of a folder that only the machines of workers need."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from app.outside import Refused

INSTITUTION = "institution"


def name_of(kind: str, region_code: str, office_id: str) -> str:
    """How an office's files are called: by the code of its region; an institution, which has none, by its own id."""
    return office_id if kind == INSTITUTION else region_code


@dataclass(frozen=True, slots=True)
class Certificate:
    """A PKCS#12 file with the key in it, and what opens it."""

    name: str
    content: bytes = field(repr=False)
    passphrase: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Certificates:
    """`NAME.p12` and beside it `NAME.pass` with the passphrase; read each time, so a renewed one needs no restart."""

    folder: Path

    def of(self, name: str) -> Certificate | None:
        """None where the office has none. Raises Refused where it has one that cannot be read: no unsigned letter."""
        path = self.folder / f"{name}.p12"
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as fault:
            raise Refused(f"签名证书 {path} 读不出来：{fault.strerror}") from fault
        try:
            passphrase = path.with_suffix(".pass").read_bytes().strip()
        except OSError as fault:
            raise Refused(f"签名证书的口令文件 {path.with_suffix('.pass')} 读不出来：{fault.strerror}") from fault
        return Certificate(name, content, passphrase)

    def names(self) -> list[str]:
        """Of all that are there."""
        return sorted(path.stem for path in self.folder.glob("*.p12"))
