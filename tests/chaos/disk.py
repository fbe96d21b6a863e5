"""A disk that is full from one moment to the next, and has room again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOM = 16 << 30
PAGE = 4096


class Disk:
    """A file system in memory. It is as large as what it holds while it is full."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """Leave no room; who writes meanwhile is waited for."""
        for spare in range(1, 1000):
            found = os.statvfs(self.folder)
            used = (found.f_blocks - found.f_bfree) * found.f_frsize
            if self._resize(used + spare * PAGE):
                return
        raise RuntimeError(f"{self.folder} could not be filled")

    def free(self) -> None:
        self._resize(ROOM)

    def _resize(self, size: int) -> bool:
        return subprocess.run(["mount", "-o", f"remount,size={size}", self.folder], capture_output=True).returncode == 0


@contextmanager
def mounted(folder: Path) -> Iterator[Disk | None]:
    """A disk at the folder; None where nothing may be mounted here, and the folder is an ordinary one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", folder]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        yield None
        return
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
