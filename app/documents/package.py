"""The zip of a .docx: read it, and write it byte for byte the same on every run."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

_UTF8_NAMES = 0x800
_DOS_TIME, _DOS_DATE = 0, 33  # 1980-01-01 00:00, the earliest a zip can say
_DEFLATED, _STORED = 8, 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One member, compressed and ready to be copied into any number of archives."""

    name: bytes
    method: int
    crc: int
    size: int
    data: bytes


def entry(name: str, content: bytes, level: int = 6) -> Entry:
    compressor = zlib.compressobj(level, zlib.DEFLATED, -15)
    data = compressor.compress(content) + compressor.flush()
    if len(data) >= len(content):
        return Entry(name.encode(), _STORED, zlib.crc32(content), len(content), content)
    return Entry(name.encode(), _DEFLATED, zlib.crc32(content), len(content), data)


def pack(entries: Iterable[Entry]) -> bytes:
    """A zip with fixed dates and no extra fields, so that equal entries give equal bytes."""
    out: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for e in entries:
        common = struct.pack(
            "<HHHHLLLHH",
            _UTF8_NAMES, e.method, _DOS_TIME, _DOS_DATE, e.crc, len(e.data), e.size, len(e.name), 0,
        )  # fmt: skip
        header = b"PK\3\4" + struct.pack("<H", 20) + common
        directory.append(
            b"PK\1\2" + struct.pack("<HH", 20, 20) + common + struct.pack("<HHHLL", 0, 0, 0, 0, offset) + e.name
        )
        out += (header, e.name, e.data)
        offset += len(header) + len(e.name) + len(e.data)
    central = b"".join(directory)
    end = b"PK\5\6" + struct.pack("<HHHHLLH", 0, 0, len(directory), len(directory), len(central), offset, 0)
    return b"".join((*out, central, end))


def parts(docx: bytes) -> dict[str, bytes]:
    """All members by name, in the order of the archive. The caller has checked its size (see `upload`)."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
