"""`libreoffice`: from .docx to PDF. Whoever needs a PDF depends on `app.outside.PdfMaker` alone."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from app.outside import Failed, Refused
from app.outside.boundary import Settings

_FONTS = Path(__file__).with_name("fonts.conf")
_MEMORY = 4 << 30
"""Bytes of address space: a letter takes a third of it, and a draft's template is a stranger's file."""
_EACH_SECONDS = 5
"""What each further file of a start may take."""


class LibreOffice:
    """Headless LibreOffice with a profile of its own, one start at a time, with a time limit.

    Not a shared service: each process that converts holds one, and `close` removes its profile.
    """

    def __init__(self, program: str | None = None, timeout: float = 60) -> None:
        self._program = program or shutil.which("soffice")
        self._timeout = timeout
        self._lock = threading.Lock()
        self._profile: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def configured(cls, settings: Settings) -> "LibreOffice":
        return cls()

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
        if self._program is None:
            raise Refused("本机没有安装 LibreOffice，不能生成 PDF。请安装 libreoffice-writer 或者下载 Word 文件")
        with self._lock, tempfile.TemporaryDirectory(prefix="doudi-pdf-") as folder:
            if self._profile is None:
                self._profile = tempfile.TemporaryDirectory(prefix="doudi-office-")
            sources = [Path(folder, f"letter{place or ''}.docx") for place in range(len(files))]
            for source, docx in zip(sources, files, strict=True):
                source.write_bytes(docx)
            self._run(self._program, sources, self._profile.name)
            made = [source.with_suffix(".pdf") for source in sources]
            return [each.read_bytes() if each.exists() else None for each in made]

    def close(self) -> None:
        with self._lock:
            if self._profile is not None:
                self._profile.cleanup()
                self._profile = None

    def _run(self, program: str, sources: Sequence[Path], profile: str) -> None:
        folder, seconds = sources[0].parent, self._timeout + _EACH_SECONDS * (len(sources) - 1)
        command = [
            program, f"-env:UserInstallation=file://{profile}", "--headless", "--norestore", "--nolockcheck",
            "--convert-to", "pdf:writer_pdf_Export", "--outdir", str(folder), *map(str, sources),
        ]  # fmt: skip
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": profile,
            "TMPDIR": str(folder),
            "LANG": "C.UTF-8",
            "FONTCONFIG_FILE": str(_FONTS),
            "XDG_CACHE_HOME": profile,
            "SAL_USE_VCLPLUGIN": "svp",
        }
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            with contextlib.suppress(ProcessLookupError):  # it has ended already
                resource.prlimit(process.pid, resource.RLIMIT_AS, (_MEMORY, _MEMORY))
            process.wait(seconds)
        except subprocess.TimeoutExpired as exc:
            raise Failed(f"生成 PDF 超过 {seconds:g} 秒，已经停止") from exc
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """soffice is a launcher: what it started must go with it, however the wait ended."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
