"""The other side of `warm`: a LibreOffice that is kept open for letters of the house, and opened anew when it fails."""

from __future__ import annotations

import json
import os
import select
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from app.core.ids import new_id
from app.documents import soffice
from app.outside import Failed

_SCRIPT = Path(__file__).with_name("warm.py")
_STARTING_SECONDS = 90
_MOST_FILES = 500
"""It is opened anew after so many: whatever a file left behind in it has an end."""


class KeptOpen:
    """One file at a time. It listens on a pipe that its owner alone may open, not on the network."""

    def __init__(self, program: str, python: str, timeout: float, most: int = _MOST_FILES) -> None:
        self._program, self._python, self._timeout, self._most = program, python, timeout, most
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self._done = 0

    def convert(self, docx: bytes) -> bytes:
        """The PDF. Raises Failed, after which it is opened anew for the next file."""
        with self._lock:
            try:
                return self._convert(docx)
            except BaseException:
                self._end()
                raise

    def close(self) -> None:
        with self._lock:
            self._end()

    def _convert(self, docx: bytes) -> bytes:
        if self._process is None or self._process.poll() is not None or self._done >= self._most:
            self._end()
            self._start()
        assert self._home is not None
        source, target = Path(self._home.name, "letter.docx"), Path(self._home.name, "letter.pdf")
        source.write_bytes(docx)
        target.unlink(missing_ok=True)
        self._done += 1
        if self._ask(json.dumps([str(source), str(target)]), self._timeout) != "ok" or not target.exists():
            raise Failed("LibreOffice 没有生成 PDF，请检查 Word 文件能否打开")
        return target.read_bytes()

    def _start(self) -> None:
        self._home, self._done = tempfile.TemporaryDirectory(prefix="doudi-letters-"), 0
        home = self._home.name
        command = [self._python, "-I", str(_SCRIPT), self._program, home, f"doudi-{new_id()}"]
        self._process = soffice.start(command, home, home, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self._ask("", _STARTING_SECONDS) != "ready":
            raise Failed("LibreOffice 没有启动，请检查 libreoffice-writer-nogui 和 python3-uno 是否装好")

    def _ask(self, line: str, seconds: float) -> str:
        """The line that answers; empty where it has ended. Raises Failed where it takes too long."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            os.write(self._process.stdin.fileno(), f"{line}\n".encode())
        except BrokenPipeError:
            return ""
        answer, latest = b"", time.monotonic() + seconds
        while not answer.endswith(b"\n"):
            if not select.select([self._process.stdout], [], [], max(0.0, latest - time.monotonic()))[0]:
                raise Failed(f"生成 PDF 超过 {seconds:g} 秒，已经停止")
            part = os.read(self._process.stdout.fileno(), 200)
            if not part:
                break
            answer += part
        return answer.decode().strip()

    def _end(self) -> None:
        if self._process is not None:
            soffice.end(self._process)
            for pipe in (self._process.stdin, self._process.stdout):
                assert pipe is not None
                pipe.close()
        if self._home is not None:
            self._home.cleanup()
        self._process = self._home = None
