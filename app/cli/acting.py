"""Acts from the command line: whose they are, and what a refusal looks like.

Who may open the database on this machine is believed to be who `--by` says; the audit keeps the machine's account too.
"""

from __future__ import annotations

import getpass
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import click
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from app.config import Config
from app.core.actor import SYSTEM, Actor
from app.core.clock import local_date
from app.core.errors import NotFound, Rejection
from app.db import Database, KeyFault, training
from app.extensions import open_database, steady_clock
from app.identity import appointed


class Act(NamedTuple):
    """What an operation takes: `operation(act.session, act.actor, …, now=act.now)`."""

    session: Session
    actor: Actor
    now: datetime


NO_DATABASE = "数据库打不开或者还没有装好，请核对 DOUDI_DATABASE_URL，并先运行 doudi db upgrade 和 doudi db install"
REHEARSAL = "演练环境：这里的案件、款项和文书都不是真的"


class Refused(click.ClickException):
    """A refusal as people read it: the sentence alone; exit code 1."""

    def show(self, file: Any = None) -> None:
        click.echo(f"✗ {self.message}", err=True)


@contextmanager
def opened(*, may_make_keys: bool = False) -> Iterator[Database]:
    """The configured database, with no connection left behind; a refusal ends the command with its sentence."""
    with refusals():
        database = open_database(Config.from_env(), may_make_keys=may_make_keys)
    try:
        if training.known(database):
            click.echo(REHEARSAL, err=True)
        yield database
    finally:
        database.dispose()


@contextmanager
def acting(login: str) -> Iterator[Act]:
    """One transaction of the person with this login; a Rejection rolls it back and ends the command."""
    with refusals(), opened() as database, database.write() as session:
        now = moment(session)
        yield Act(session, actor_of(session, login, now), now)


@contextmanager
def unlocking() -> Iterator[Act]:
    """One transaction of whoever may open the database on this machine, for when nobody can log in."""
    with refusals(), opened() as database, database.write() as session:
        yield Act(session, machine(), moment(session))


@contextmanager
def looking() -> Iterator[tuple[Session, datetime]]:
    """A session for looking only, and what time it is."""
    with refusals(), opened() as database, database.read() as session:
        yield session, moment(session)


def moment(session: Session) -> datetime:
    """This moment. Raises ClockBehind where the machine's clock shows what is recorded as past."""
    return steady_clock(session, Config.from_env()).now()


@contextmanager
def refusals() -> Iterator[None]:
    """A Rejection becomes its sentence and exit code 1; so do wrong keys and a database that is not there."""
    try:
        yield
    except KeyFault as fault:
        raise Refused(str(fault)) from fault
    except Rejection as refused:
        raise Refused(refused.message) from refused
    except (OperationalError, ProgrammingError) as missing:
        raise Refused(NO_DATABASE) from missing


def actor_of(session: Session, login: str, now: datetime) -> Actor:
    """The person with this login, who acts through the account of this machine. Raises NotFound."""
    actor = appointed.actor_by_login(session, login.strip().lower(), local_date(now))
    if actor is None:
        raise NotFound(f"没有用户名为“{login}”的在岗人员，请核对 --by")
    return replace(actor, via=_account())


def machine() -> Actor:
    """Whoever keeps this machine: what needs no person, or has none yet."""
    return replace(SYSTEM, via=_account())


def _account() -> str:
    """The account of this machine, as the audit keeps it."""
    return f"{getpass.getuser()}@{socket.gethostname()}"


def by(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option `--by LOGIN`."""
    return click.option("--by", required=True, metavar="LOGIN", help="whose act it is (用户名)")(command)


reason_option = click.option("--reason", required=True, help="why, as the record keeps it")
json_option = click.option("--json", "as_json", is_flag=True, help="one JSON document for machines")
