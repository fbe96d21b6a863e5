"""The transaction boundary. `Database.write` is the only place of the product that commits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from copy import copy
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Executable, create_engine, event, make_url, text
from sqlalchemy.orm import Session, SessionTransaction

from app.db import compiled, keys
from app.db.base import Base
from app.db.prepared import Prepared, settle
from app.db.vault import Vault


def rows_changed(session: Session, statement: Executable, values: Mapping[str, Any] | None = None) -> int:
    """Execute an UPDATE or DELETE; how many rows it changed. Guards rely on it: exactly one of two people gets 1."""
    return session.connection().execute(statement, values).rowcount


def outlive(session: Session, write: Callable[[Session], None]) -> None:
    """Have something written in a transaction of its own as soon as this one has ended, whichever way it ends.

    For what must stay though the command is refused. A transaction that only reads has nothing that outlives it.
    """
    session.info["outliving"].append(write)


def beside(session: Session, write: Callable[[Session], object]) -> None:
    """Have something written at once, in a transaction of its own, while this one only looks: how far it has come.

    Raises RuntimeError in a transaction that writes, which on SQLite would wait for itself.
    """
    if session.info["writes"] is None:
        raise RuntimeError("a transaction that writes has nothing written beside it")
    with session.info["writes"]() as other:
        write(other)


class Busy(Exception):
    """Somebody writes just now, and what was asked is not worth a place in the queue of writers."""


PRIVATE = 0o600
"""The mode of a database file: its log and index beside it get the same from SQLite."""
PATIENCE = 10
STATEMENTS = 512
"""How many statements a connection to SQLite keeps ready: pages and actions have more than the driver's own 128."""
SERVER = {"connect_timeout": 5, "keepalives_idle": 30, "tcp_user_timeout": 30_000, "client_encoding": "utf8"}
"""A server that is away is noticed in seconds; the libraries' own defaults wait for minutes."""

BEFORE_SAVEPOINT = "before savepoint"
"""In a session's `info`: writes what somebody put off, which is not to be undone with a savepoint that begins now."""
_BEGIN, _BEGIN_WRITING = Prepared(text("BEGIN")), Prepared(text("BEGIN IMMEDIATE"))


class _OneTransaction(Session):
    """A session that lives for one transaction and so finds its connection once: dozens of statements ask for it."""

    _known: Connection | None = None
    _known_in: SessionTransaction | None = None

    def connection(self, *arguments: Any, **options: Any) -> Connection:
        # A savepoint is set when its connection is first asked for.
        savepoint = self.get_nested_transaction()
        if self._known is None or savepoint is not self._known_in:
            self._known, self._known_in = super().connection(*arguments, **options), savepoint
        return self._known

    def begin_nested(self) -> SessionTransaction:
        if write := self.info.get(BEFORE_SAVEPOINT):
            write(self)
        return super().begin_nested()


class Database:
    """One database and the keys to its sealed values.

    On SQLite a writing transaction begins IMMEDIATE and writers of one process queue on a mutex: waiting in
    SQLite's own busy loop made the slowest writers five times slower.
    """

    def __init__(
        self, url: str, vault: Vault, *, pool_size: int = 10, durable: bool = True, public_url: str = ""
    ) -> None:
        """`durable=False`: a scratch database on SQLite, which does not wait for the disk: a power cut may have it.

        `public_url`: where the public reaches this installation, for what is printed; empty where nobody said.
        """
        self.vault = vault
        self.public_url = public_url
        self.kept: dict[Any, Any] = {}  # what `app.db.stamps` keeps of this database
        self.is_sqlite = url.startswith("sqlite")
        # Parameters are people's data: an error's text, which reaches logs, must not carry them.
        options: dict[str, Any] = {"hide_parameters": True}
        if not self.is_sqlite:
            options |= {"pool_size": pool_size, "pool_timeout": PATIENCE, "connect_args": SERVER}
        else:
            options["connect_args"] = {"cached_statements": STATEMENTS}
            _keep_private(url)
        # The connection used last has its pages and statements at hand.
        self.engine: Engine = create_engine(url, pool_use_lifo=True, **options)
        if not self.is_sqlite:
            from app.db import direct  # which loads the driver

            direct.serve(self.engine)
        compiled.share(self.engine)
        self._mutex = threading.Lock()
        if self.is_sqlite:
            event.listen(self.engine, "connect", partial(_on_sqlite_connect, "FULL" if durable else "OFF"))

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose work is committed once, at the end; an exception rolls all of it back.

        What `outlive` asked for is written then; if that fails, the whole command has failed and may be repeated.
        """
        outliving: list[Callable[[Session], None]] = []
        try:
            with self._mutex if self.is_sqlite else nullcontext(), self._session(writes=True) as session:
                session.info["outliving"] = outliving
                yield session
                session.commit()
        finally:
            if outliving:
                with self.write() as session:
                    for write in outliving:
                        write(session)

    @contextmanager
    def trial(self, *, waits: bool = True) -> Iterator[Session]:
        """A session in which a command runs as it really would, and of which nothing stays: neither rows nor what would
        outlive it. It writes, so on SQLite it keeps every writer waiting: what is slow is done after it, and what
        nobody waits for (`waits=False`) is not done while this process writes. Raises Busy then.
        """
        queue = self._mutex if waits else self._unless_busy()
        with queue if self.is_sqlite else nullcontext(), self._session(writes=True) as session:
            yield session
            settle(session)  # a commit would send it, and the database may refuse it

    @contextmanager
    def _unless_busy(self) -> Iterator[None]:
        if not self._mutex.acquire(blocking=False):
            raise Busy
        try:
            yield
        finally:
            self._mutex.release()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for looking only: whatever it did is rolled back."""
        with self._session(writes=False) as session:
            yield session

    @contextmanager
    def _session(self, *, writes: bool) -> Iterator[Session]:
        info: dict[str, Any] = {"kept": self.kept, "outliving": [], "writes": None if writes else self.write,
                                "public_url": self.public_url}  # fmt: skip
        session = _OneTransaction(self.engine, expire_on_commit=False, info=info)
        session.info["vault"] = self.vault.within(lambda: keys.in_force(session, self.vault))
        try:
            if self.is_sqlite:
                # Said here: a listener to the engine's begin event makes every statement an eighth dearer.
                (_BEGIN_WRITING if writes else _BEGIN).run(session, {})
            yield session
        finally:
            session.close()  # rolls back what was not committed

    def create_tables(self) -> None:
        """All tables that the metadata knows, for scratch databases; others are migrated."""
        with self.write() as session:
            Base.metadata.create_all(session.connection())

    def forgotten(self) -> Database:
        """The same by the same connections, of which this process keeps nothing: as after a restart."""
        fresh = copy(self)
        fresh.kept = {}
        return fresh

    def dispose(self) -> None:
        self.engine.dispose()


def _keep_private(url: str) -> None:
    """Take from everybody else what they may do to a database file that is there, if it is ours to take."""
    path = Path(make_url(url).database or "")
    if path.is_file() and path.stat().st_mode & ~PRIVATE & 0o777:
        with suppress(PermissionError):
            path.chmod(PRIVATE)


def _on_sqlite_connect(synchronous: str, connection: Any, record: Any) -> None:
    # The driver must not open transactions by itself: a session says which kind it is.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "busy_timeout=15000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
