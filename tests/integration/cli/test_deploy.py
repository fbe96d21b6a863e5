"""What `deploy/` says can be run: every command and setting that its files name exists, and gunicorn serves by them."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread
from urllib.request import urlopen

import click
import pytest
import yaml

from app.cli import main
from app.cli.settings import known
from app.config import Config
from app.core.paths import ROOT
from tests.integration.cli.test_serving import PATIENCE, migrated, running, settings, status, wait_until

__all__ = ["settings"]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
HOME, BIN = "/opt/doudi", "/opt/doudi/.venv/bin"
NAMES = {each.name for each in known()}
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
NGINX = (DEPLOY / "nginx.conf").read_text()
NAME = re.compile(r"\bDOUDI_[A-Z_]*[A-Z]\b")


def values(unit: Path, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", unit.read_text(), re.M)


def runs(command: str) -> bool:
    """Whether this command line is one of the product: a `doudi` command, gunicorn with a file, or a script here."""
    program, *arguments = shlex.split(command)
    if program.startswith(f"{HOME}/deploy/"):
        script = ROOT / program.removeprefix(f"{HOME}/")
        return bool(script.stat().st_mode & 0o100) and all(map(runs, doudi_lines(script.read_text())))
    match Path(program).name, arguments:
        case "gunicorn", ["-c", file]:
            return (ROOT / file).is_file()
        case "doudi", words:
            group: click.Command | None = main
            while isinstance(group, click.Group) and words:
                group, words = group.get_command(click.Context(group), words[0]), words[1:]
            return group is not None and not isinstance(group, click.Group)
    return False


def doudi_lines(text: str) -> list[str]:
    return [f"doudi {found}" for found in re.findall(r"bin/doudi ([a-z ]+[a-z])", text)]


def test_units_name_what_exists() -> None:
    commands = [command for unit in UNITS for command in values(unit, "ExecStart")]
    assert len(commands) == 3
    assert all(map(runs, commands)), commands
    assert not runs(f"{BIN}/doudi backup make")
    for timer in (unit for unit in UNITS if unit.suffix == ".timer"):
        assert timer.with_suffix(".service") in UNITS
    for unit in UNITS:
        assert {*values(unit, "EnvironmentFile")} <= {"/etc/doudi/doudi.env"}
        for seconds in values(unit, "TimeoutStopSec"):
            assert int(seconds) > Config().stop_seconds


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
def test_systemd_reads_the_units(tmp_path: Path) -> None:
    """With programs that are there; it says nothing where all is well."""
    for unit in UNITS:
        here = unit.read_text().replace(BIN, "/bin").replace("/bin/gunicorn", "/bin/true")
        (tmp_path / unit.name).write_text(
            here.replace("/bin/doudi", "/bin/true").replace(f"{HOME}/deploy/backup.sh", "/bin/true")
        )
    told = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True
    )
    mine = [line for line in told.stderr.splitlines() if "doudi-" in line]
    assert (told.returncode, mine) == (0, [])


def test_compose_names_what_exists() -> None:
    nodes = {name: each for name, each in COMPOSE["services"].items() if each.get("image") == "doudi"}
    for node in nodes.values():
        command = node["command"]
        lines = command[2].split(" && ") if command[0] == "sh" else [shlex.join(command)]
        assert all(map(runs, lines)), lines
        assert (DEPLOY / node["build"]["context"] / node["build"]["dockerfile"]).resolve().is_file()
    assert {name: each["deploy"]["replicas"] for name, each in nodes.items() if "deploy" in each} == {
        "web": 2, "worker": 2,
    }  # fmt: skip
    assert {volume.partition(":")[0] for each in COMPOSE["services"].values() for volume in each["volumes"]} - {
        "./nginx.conf", "./tls",
    } == COMPOSE["volumes"].keys()  # fmt: skip
    copied = re.findall(r"^COPY (\S+) ", (DEPLOY / "Dockerfile").read_text(), re.M)
    assert all((ROOT / name).exists() for name in copied)


OWN = "DOUDI_SETTINGS"  # read by deploy/doudi itself


def test_settings_of_deployment_are_known_and_read() -> None:
    # Python keeps its compiled file beside gunicorn's settings.
    written = [path for path in DEPLOY.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    named = {name for path in written for name in NAME.findall(path.read_text())}
    assert named <= {*NAMES, OWN}
    example = dict(re.findall(r"^(\w+)=(.*)$", (DEPLOY / "doudi.env.example").read_text(), re.M))
    environment = {name: str(text) for name, text in COMPOSE["services"]["web"]["environment"].items()}
    for given in (example, environment):
        assert Config.from_env(given).trusted_proxies == 1


def test_the_proxy_tells_the_nodes_and_lets_in_what_they_take() -> None:
    assert f"client_max_body_size {Config().upload_megabytes}m;" in NGINX
    for header in ("X-Forwarded-For $remote_addr", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Request-ID"):
        assert f"proxy_set_header {header}" in NGINX
    assert all(path in NGINX for path in ("/static/", "/desk/login", "healthz|readyz|metrics"))


@pytest.mark.skipif(not shutil.which("nginx"), reason="no nginx here")
def test_nginx_reads_its_file(tmp_path: Path) -> None:
    from tests.support.servers import certificate

    here = re.sub(r"/etc/ssl/doudi/\w+\.pem", str(certificate()), NGINX).replace("/var/cache/nginx", str(tmp_path))
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{here}\n}}")
    told = subprocess.run(["nginx", "-t", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr


@pytest.mark.parametrize("blank_database_url", ["sqlite"], indirect=True)
def test_gunicorn_serves_the_product_and_drains(settings: dict[str, str]) -> None:
    migrated(settings)
    node = [str(Path(sys.executable).with_name("gunicorn")), "-c", "deploy/gunicorn.conf.py"]
    base, got = f"http://127.0.0.1:{settings['DOUDI_PORT']}", []
    with running(settings, *node, program=True) as server:
        wait_until(lambda: status(settings) == 200, server)
        with urlopen(f"{base}/desk/login") as page:
            assert "登录" in page.read().decode()
        counted = re.compile(r'^doudi_requests_total{endpoint="watch.healthz".*} (\S+)$', re.M)
        for _ in range(12):  # by both processes, and told by whichever is asked
            status(settings, "/healthz")
        for _ in range(4):
            with urlopen(f"{base}/metrics") as answer:
                got += counted.findall(answer.read().decode())
        server.send_signal(signal.SIGTERM)
        _, told = server.communicate(timeout=PATIENCE)
    assert got == ["12.0"] * 4
    assert (server.returncode, "Traceback" in told) == (0, False), told
    assert all(line.startswith("{") for line in told.splitlines()), told


def test_processes_that_start_together_agree_on_the_key_of_sessions(tmp_path: Path) -> None:
    together, found = Barrier(8), []

    def start() -> None:
        together.wait()
        found.append(Config(secret_file=tmp_path / "secret").secret_key())

    threads = [Thread(target=start) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len({*found}) == 1
    assert len(found) == 8
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
