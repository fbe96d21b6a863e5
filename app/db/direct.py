"""Connections to PostgreSQL that send what is prepared by libpq, and several statements at once where nobody waits.

psycopg's cursors forget at each rollback all that the server has prepared, so at the end of each page; they prepare a
text anew for each mixture of empty values and of sizes of numbers, and ask for `BEGIN` by itself. Here a text is
prepared once a connection, its types are the server's affair, and what waits travels with the next that is asked.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import count
from time import monotonic
from typing import Any, NamedTuple

import psycopg
from psycopg import pq
from psycopg.abc import PQGen
from psycopg.adapt import Transformer
from psycopg.errors import InFailedSqlTransaction, error_from_result
from psycopg.generators import execute, fetch_many, send
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

KEPT = 300
"""So many texts a connection keeps prepared on the server; beyond, all are dropped and prepared again as they come."""
WAITING = 100_000
"""Bytes of values that wait at most for a statement that somebody waits for: what is long is under way meanwhile."""
RESTED, RESTS = 5.0, "rests since"
"""Seconds after which a connection is asked whether its server is still there: a broken network says nothing."""
_OPEN_LIMIT = b"LIMIT $"
"""Of as many rows as one asks for the server makes a plan each time: one for any number might read and sort all."""
_BEGIN, _COMMIT, _DROP = b"BEGIN", b"COMMIT", b"DEALLOCATE ALL"
_DONE = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)
_IDLE, _FAILED = pq.TransactionStatus.IDLE, pq.TransactionStatus.INERROR
_BINARY = pq.Format.BINARY
_CHANGED = ("0A000", "26000")
"""What was prepared reads other columns now, or is gone: a migration ran, or somebody between us and the server."""


def _of_text(value: str) -> bytes:
    written = value.encode()
    if b"\0" in written:  # libpq would take what stands before it
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return written


_WRITERS: dict[type, Callable[[Any], bytes]] = {
    str: _of_text,
    int: lambda value: b"%d" % value,
    bool: lambda value: b"t" if value else b"f",
    bytes: lambda value: value,
    psycopg.Binary: lambda value: bytes(value.obj),
    datetime: lambda value: value.isoformat().encode(),
    date: lambda value: value.isoformat().encode(),
    Decimal: lambda value: str(value).encode(),
    float: lambda value: repr(value).encode(),
    type(None): lambda value: None,  # type: ignore[dict-item, return-value]
}
_RAW = {bytes, psycopg.Binary}


def _writer(kind: type) -> Callable[[Any], bytes]:
    """How values of this class are written; of an enumeration as of what it is made of. Raises TypeError."""
    found = next((_WRITERS[each] for each in kind.__mro__ if each in _WRITERS), None)
    if found is None:
        raise TypeError(f"no column takes a {kind.__name__}")
    return _WRITERS.setdefault(kind, found)


class Sent(NamedTuple):
    """A statement with its places as `$1`, a value for each as the server reads it, and which are raw bytes."""

    text: bytes
    values: Sequence[bytes | None]
    formats: Sequence[int] | None

    @classmethod
    def of(cls, text: bytes, values: Sequence[Any]) -> Sent:
        """Raises psycopg.DataError for a NUL in a text, and TypeError for what no column takes."""
        kinds = list(map(type, values))
        written = [(_WRITERS.get(kind) or _writer(kind))(value) for kind, value in zip(kinds, values, strict=True)]
        return cls(text, written, None if _RAW.isdisjoint(kinds) else [int(kind in _RAW) for kind in kinds])


class Direct(psycopg.Connection[Any]):
    """A connection that is `ask`ed for answers and does `later` what nobody waits for.

    Whatever else is done with it comes after what waits, and finds it done or its error raised; if it is rolled back
    first, nothing of it was ever sent. `refused` is the text of the statement that the last error is about.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.refused = b""
        self._waiting: list[Sent] = []
        self._waiting_bytes = 0
        self._names: dict[bytes, bytes] = {}
        self._numbers = count()
        self._transformer = Transformer(self)

    def ask(self, text: bytes, values: Sequence[Any]) -> PGresult:
        """The server's answer, once all that waits is done. In the text the values are `$1` and so on.

        Raises psycopg.Error, also for a NUL in a value, and TypeError for a value that no column takes.
        """
        sent = Sent.of(text, values)
        name = self._names.get(sent.text)
        if name is None or self._waiting or self.pgconn.transaction_status == _IDLE:
            return self._send([*self._taken(), sent])[-1]
        self.pgconn.send_query_prepared(name, sent.values, sent.formats, _BINARY)
        (answer,) = self.wait(execute(self.pgconn))
        return self._checked(answer, sent.text)

    def later(self, text: bytes, values: Sequence[Any]) -> None:
        """Do this before anything else that this connection is used for. Raises as `ask` does, also for what waits."""
        sent = Sent.of(text, values)
        self._waiting.append(sent)
        self._waiting_bytes += sum([len(value) for value in sent.values if value])
        if self._waiting_bytes > WAITING:
            self.settle()

    def settle(self) -> None:
        """Do what waits. Raises psycopg.Error."""
        if self._waiting:
            self._send(self._taken())

    def rows(self, answer: PGresult) -> list[Any]:
        """The rows of an answer, read as cursors read them."""
        self._transformer.set_pgresult(answer)
        rows = self._transformer.load_rows(0, answer.ntuples, tuple)
        self._transformer.set_pgresult(None)
        return rows

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        self.settle()
        return super().cursor(*arguments, **options)

    def commit(self) -> None:
        if self._waiting:  # in one journey; psycopg finds nothing left to commit
            try:
                self._send(self._taken(), commits=True)
            except psycopg.Error:  # a commit that failed has ended the transaction: nobody rolls it back
                with suppress(psycopg.Error):
                    super().rollback()
                raise
        if self.pgconn.transaction_status == _FAILED:  # an error was caught: a COMMIT would undo all and say nothing
            super().rollback()
            raise InFailedSqlTransaction("a statement was refused: nothing can be committed")
        super().commit()

    def rollback(self) -> None:
        self._taken()
        if not self.closed and self.pgconn.transaction_status != _IDLE:  # the pool asks for it each time
            super().rollback()

    def _taken(self) -> list[Sent]:
        taken, self._waiting, self._waiting_bytes = self._waiting, [], 0
        return taken

    def _send(self, statements: Sequence[Sent], *, commits: bool = False) -> list[PGresult]:
        """Send all, then hear of each: what comes after one that is refused is not done."""
        try:
            self.pgconn.enter_pipeline_mode()
            asked = list(self._put(statements, commits=commits))
            self.pgconn.pipeline_sync()
            answers = self.wait(_answers(self.pgconn, len(asked)))
            self.pgconn.exit_pipeline_mode()
        except BaseException:  # answers may be under way, which whoever asks next would take for theirs
            self.close()
            raise
        for (text, is_new), answer in zip(asked, answers, strict=True):
            if is_new and answer.status not in _DONE:
                self._names.pop(text, None)
        return [self._checked(answer, text) for (text, _), answer in zip(asked, answers, strict=True)]

    def _put(self, statements: Sequence[Sent], *, commits: bool) -> Iterator[tuple[bytes, bool]]:
        """Put into the pipe; the texts of what will be answered, and which of it prepares them."""
        server = self.pgconn
        if server.transaction_status == _IDLE and not self.autocommit:
            server.send_query_params(_BEGIN, None)
            yield _BEGIN, False
        if len(self._names) >= KEPT:
            self._names.clear()
            server.send_query_params(_DROP, None)
            yield _DROP, False
        for text, values, formats in statements:
            if _OPEN_LIMIT in text:
                server.send_query_params(text, values, None, formats, _BINARY)
                yield text, False
                continue
            if text not in self._names:
                self._names[text] = b"doudi_%d" % next(self._numbers)
                server.send_prepare(self._names[text], text)
                yield text, True
            server.send_query_prepared(self._names[text], values, formats, _BINARY)
            yield text, False
        if commits:
            server.send_query_params(_COMMIT, None)
            yield _COMMIT, False

    def _checked(self, answer: PGresult, text: bytes) -> PGresult:
        if answer.status in _DONE:
            return answer
        self.refused = text
        error = error_from_result(answer)
        if error.sqlstate in _CHANGED:
            self._names.clear()
        raise error


def serve(engine: Engine) -> None:
    """Have an engine that has not connected yet connect like this, and look at a connection before it lends it.

    One that rested shorter than RESTED is lent unless something came in meanwhile: a server that ends says so.
    """
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "checkin", _rest)
    event.listen(engine, "checkout", partial(_look, engine))


def _connect(dialect: Any, record: Any, given: Sequence[Any], named: Mapping[str, Any]) -> Direct:
    # What cursors run is planned for its values each time, as lists need it; psycopg would also drop what is ours.
    return Direct.connect(*given, prepare_threshold=None, **named)


def _rest(connection: Direct, record: Any) -> None:
    record.info[RESTS] = monotonic()


def _look(engine: Engine, connection: Any, record: Any, lent: Any) -> None:
    """Raises InvalidatePoolError: then the pool connects anew."""
    since = record.info.pop(RESTS, None)
    if since is None or (monotonic() - since < RESTED and not _has_heard(connection)):
        return
    try:
        engine.dialect.do_ping(connection)
    except psycopg.Error as gone:
        raise InvalidatePoolError from gone


def _has_heard(connection: Direct) -> bool:
    """Whether something came in that nobody asked for. A connection that is closed heard of that, too."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _answers(server: PGconn, expected: int) -> PQGen[list[PGresult]]:
    yield from send(server)
    answers = []
    for _ in range(expected):
        answers.append((yield from fetch_many(server))[-1])
    yield from fetch_many(server)  # the end of the pipe
    return answers
