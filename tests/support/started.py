"""`doudi` without the seconds of its start: one process has imported every command and forks for each call.

That the program starts by itself is proved in `tests/integration/cli/test_serving.py`; here it is only much called.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from app.cli import COMMANDS, main
from app.core.paths import ROOT

MESSAGE_BYTES = 1 << 18
CALL = """
import json, os, socket, sys
server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
server.connect(sys.argv[1])
call = {"arguments": sys.argv[2:], "folder": os.getcwd(), "environment": dict(os.environ)}
socket.send_fds(server, [json.dumps(call).encode()], [0, 1, 2])
sys.exit(server.recv(1)[0])
"""


@contextmanager
def doudi() -> Iterator[str]:
    """A line of shell that defines `doudi`: a process of its own with the caller's folder, environment and files."""
    with TemporaryDirectory() as folder:  # of a short name, as addresses must be
        address, client = Path(folder, "socket"), Path(folder, "call.py")
        client.write_text(CALL)
        command = [sys.executable, "-m", "tests.support.started", address]
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        try:
            assert server.stdout.readline() == "ready\n"
            yield f'doudi() {{ "{sys.executable}" -I -S "{client}" "{address}" "$@"; }}'
        finally:
            server.kill()
            server.communicate()


def _serve(address: str) -> list[str]:
    """Wait for calls; comes back only in the child of one, with its arguments."""
    for module in {*COMMANDS.values()}:
        import_module(f"app.cli.{module}")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(address)
    listener.listen()
    print("ready", flush=True)
    while True:
        caller, _ = listener.accept()
        with caller:
            message, files, _, _ = socket.recv_fds(caller, MESSAGE_BYTES, 3)
            pid = os.fork()
            if pid == 0:
                listener.close()
                return _become(json.loads(message), files)
            for each in files:
                os.close(each)
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            caller.send(bytes([code if code >= 0 else 1]))


def _become(call: dict[str, object], files: list[int]) -> list[str]:
    """Take over the caller's folder, environment and files."""
    for own, given in enumerate(files):
        os.dup2(given, own)
        os.close(given)
    os.chdir(str(call["folder"]))
    os.environ.clear()
    os.environ.update(call["environment"])  # type: ignore[arg-type]
    return list(call["arguments"])  # type: ignore[call-overload]


if __name__ == "__main__":
    main(_serve(sys.argv[1]), prog_name="doudi")
