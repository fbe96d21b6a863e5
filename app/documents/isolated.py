"""`check_isolated`: what was uploaded is opened in a child process that may use little and not for long."""

import base64
import json
import os
import resource
import signal
import subprocess
import sys
from contextlib import suppress

from app.documents.errors import DocumentError, Problem, error

_CPU_SECONDS = 20
_MEMORY = 1 << 30
_OUTPUT = 1 << 20


def check_isolated(template: bytes, contract: bytes, sample: bytes, *, timeout: float = 40) -> list[Problem]:
    """`checking.check_files` in a child process with limits of CPU, memory and time, killed with all it started."""
    request = json.dumps([base64.b64encode(part).decode() for part in (template, contract, sample)])
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "app.documents.isolated"],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        output, _ = process.communicate(request.encode(), timeout)
    except subprocess.TimeoutExpired:
        output = b""
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(BrokenPipeError):  # what the child had not read yet is lost with it
                    pipe.close()  # type: ignore[union-attr]
    if process.returncode != 0 or len(output) > _OUTPUT:
        return [error("检查没有完成：模板过于复杂，或者文件是有意构造的。请简化后再上传")]
    return [Problem(**item) for item in json.loads(output)]


def _limit() -> None:
    for what, most in ((resource.RLIMIT_CPU, _CPU_SECONDS), (resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_FSIZE, 0),
                       (resource.RLIMIT_CORE, 0)):  # fmt: skip
        resource.setrlimit(what, (most, most))


def main() -> None:
    """The child: read the three files from standard input, write the findings to standard output."""
    from app.documents.checking import check_files  # before the limits, as importing takes memory of its own

    template, contract, sample = (base64.b64decode(part) for part in json.load(sys.stdin))
    _limit()
    try:
        problems = check_files(template, contract, sample)
    except DocumentError as exc:
        problems = [error(exc.message)]
    json.dump([problem.as_dict() for problem in problems], sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
