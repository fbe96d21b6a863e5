"""Starting LibreOffice: what it sees of the machine, how much it may take, and how it is ended."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_FONTS = Path(__file__).with_name("fonts.conf")
_MEMORY = 4 << 30
"""Bytes of address space: a letter takes a third of it, and a draft's template is a stranger's file."""


def start(command: Sequence[str], home: str, scratch: str, **pipes: Any) -> subprocess.Popen[bytes]:
    """The program as leader of a group of its own, for `end`; it knows `home`, `scratch` and our fonts, no secret."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": home,
        "TMPDIR": scratch,
        "LANG": "C.UTF-8",
        "FONTCONFIG_FILE": str(_FONTS),
        "XDG_CACHE_HOME": home,
        "SAL_USE_VCLPLUGIN": "svp",
    }
    nowhere: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    process = subprocess.Popen(
        command, env=environment, start_new_session=True, umask=0o077, **{**nowhere, **pipes}
    )  # fmt: skip
    with contextlib.suppress(ProcessLookupError):  # it has ended already
        resource.prlimit(process.pid, resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    """soffice is a launcher: what it started must go with it, however the wait ended."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
