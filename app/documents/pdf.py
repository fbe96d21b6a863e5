"""`libreoffice`: from .docx to PDF/A. Whoever needs a PDF depends on `app.outside.PdfMaker` alone."""

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from app.documents import soffice
from app.documents.kept_open import KeptOpen
from app.outside import Failed, Refused
from app.outside.boundary import Settings

_PYTHON = "/usr/bin/python3"
"""Of the distribution: LibreOffice's bridge (python3-uno) is made for it."""
_EACH_SECONDS = 5
"""What each further file of a start may take."""
_PDF_A = 'pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"2"}}'


class LibreOffice:
    """Headless LibreOffice with a profile of its own, one at a time, with limits of time and memory.

    Drafts are strangers' files: each of their conversions starts it anew. One that is kept open sees the letters of
    the house alone. Not a shared service: each process that converts holds one, and `close` removes its profile.
    """

    def __init__(self, program: str | None = None, timeout: float = 60, python: str = _PYTHON) -> None:
        self._program = program or shutil.which("soffice")
        self._timeout, self._python = timeout, python
        self._lock = threading.Lock()
        self._profile: tempfile.TemporaryDirectory[str] | None = None
        self._kept: KeptOpen | None = None

    @classmethod
    def configured(cls, settings: Settings) -> "LibreOffice":
        return cls()

    def to_record(self, docx: bytes) -> bytes:
        """The PDF/A of a letter that was issued. Raises Refused where LibreOffice is not installed, Failed."""
        if not self._has_bridge:
            return self.to_pdf(docx)
        with self._lock:
            self._kept = self._kept or KeptOpen(self._installed(), self._python, self._timeout)
        return self._kept.convert(docx)

    def to_pdf(self, docx: bytes) -> bytes:
        """Raises Refused where LibreOffice is not installed, Failed where it fails or takes too long."""
        (made,) = self.to_pdfs([docx])
        if made is None:
            raise Failed("LibreOffice 没有生成 PDF，请检查 Word 文件能否打开")
        return made

    def to_pdfs(self, files: Sequence[bytes]) -> list[bytes | None]:
        """Many Word files by one start of LibreOffice; None for those of which nothing came.

        Raises Refused where it is not installed, Failed where it takes too long.
        """
        program = self._installed()
        with self._lock, tempfile.TemporaryDirectory(prefix="doudi-pdf-") as folder:
            if self._profile is None:
                self._profile = tempfile.TemporaryDirectory(prefix="doudi-office-")
            sources = [Path(folder, f"letter{place or ''}.docx") for place in range(len(files))]
            for source, docx in zip(sources, files, strict=True):
                source.write_bytes(docx)
            self._run(program, sources, self._profile.name)
            made = [source.with_suffix(".pdf") for source in sources]
            return [each.read_bytes() if each.exists() else None for each in made]

    def close(self) -> None:
        with self._lock:
            if self._kept is not None:
                self._kept.close()
                self._kept = None
            if self._profile is not None:
                self._profile.cleanup()
                self._profile = None

    def _installed(self) -> str:
        if self._program is None:
            raise Refused("本机没有安装 LibreOffice，不能生成 PDF。请安装 libreoffice-writer-nogui")
        return self._program

    @cached_property
    def _has_bridge(self) -> bool:
        """Without python3-uno each letter needs a start of its own."""
        if self._program is None or not Path(self._python).exists():
            return False
        return subprocess.run([self._python, "-I", "-c", "import uno"], capture_output=True).returncode == 0

    def _run(self, program: str, sources: Sequence[Path], profile: str) -> None:
        folder, seconds = sources[0].parent, self._timeout + _EACH_SECONDS * (len(sources) - 1)
        command = [
            program, f"-env:UserInstallation=file://{profile}", "--headless", "--norestore", "--nolockcheck",
            "--convert-to", _PDF_A, "--outdir", str(folder), *map(str, sources),
        ]  # fmt: skip
        process = soffice.start(command, profile, str(folder))
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired as exc:
            raise Failed(f"生成 PDF 超过 {seconds:g} 秒，已经停止") from exc
        finally:
            soffice.end(process)
