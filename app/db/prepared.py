"""Statements that every action runs: compiled once a process and dialect, and run straight on the driver's cursor.

SQLAlchemy looks each execution up in its cache and builds a context and a result; that took three quarters of the time
of a statement that finds one row by its key. Here the types' own processors bind and read, and nothing else happens.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Connection,
    Delete,
    Insert,
    Select,
    TextClause,
    TextualSelect,
    Update,
    inspect,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import ExpandedState, SQLCompiler
from sqlalchemy.sql.visitors import replacement_traverse

if TYPE_CHECKING:  # an installation on SQLite never loads the driver of PostgreSQL
    from psycopg.pq.abc import PGresult

    from app.db.direct import Direct

Statement = Select[Any] | CompoundSelect[Any] | Insert | Update | Delete | TextClause | TextualSelect
Values = Mapping[str, Any]
Processor = Callable[[Any], Any]
SHAPES = 64
"""How many lengths of lists a statement is kept for; beyond, all are dropped and made again."""
_PLAIN = (Select, CompoundSelect, Insert, Update, Delete, TextClause, TextualSelect)


class NotPreparable(TypeError):
    """A statement needs what only SQLAlchemy's own execution does: entities, or defaults that Python computes."""


class Prepared:
    """A statement with its values left open (`bindparam`); an INSERT takes the columns of its rows, unless it inserts
    what a SELECT finds.

    Rows are named tuples. Errors are those of `Connection.execute`, listeners to cursors hear of it, and it runs in the
    session's transaction and savepoint. Raises NotPreparable, here or when it is first run, rather than run otherwise.
    """

    def __init__(self, statement: Statement) -> None:
        if not isinstance(statement, _PLAIN):
            raise NotPreparable(f"{type(statement).__name__} is no statement of tables")
        if isinstance(statement, Select) and any(map(_is_entity, statement.column_descriptions)):
            raise NotPreparable("a statement of entities: name the columns")
        self.statement = statement
        self._takes_rows = isinstance(statement, Insert) and statement.select is None
        self._plans: dict[tuple[str, tuple[str, ...]], _Plan] = {}

    def all(self, session: Session, **values: Any) -> list[Any]:
        """All rows."""
        plan, (rows, kinds, _) = self._run(session, values)
        return plan.rows(rows, kinds) if rows else []

    def one_or_none(self, session: Session, **values: Any) -> Any | None:
        """The row, where there is one. Raises ValueError where there are more."""
        found = self.all(session, **values)
        if len(found) > 1:
            raise ValueError("more than one row")
        return found[0] if found else None

    def scalars(self, session: Session, **values: Any) -> list[Any]:
        """The first column of all rows."""
        return [row[0] for row in self.all(session, **values)]

    def scalar(self, session: Session, **values: Any) -> Any | None:
        """The first column of the first row; None without one."""
        found = self.all(session, **values)
        return found[0][0] if found else None

    def run(self, session: Session, values: Values) -> int:
        """Write; how many rows it changed. Guards rely on it: exactly one of two people gets 1."""
        return self._run(session, values)[1][2]

    def run_all(self, session: Session, rows: Sequence[Values]) -> None:
        """Write for each of these rows, which have the same names, in one call of the driver. Nothing without rows.

        PostgreSQL is sent it with the next statement of this transaction or with its commit, and what it refuses is
        raised there; in a savepoint it is sent at once.
        """
        if rows:
            connection = session.connection()
            plan = self._plan(connection.dialect, rows[0])
            for shape, alike in plan.shapes(rows):
                _execute(connection, shape, alike, many=True)

    def _run(self, session: Session, values: Values) -> tuple[_Plan, _Answer]:
        connection = session.connection()
        plan = self._plan(connection.dialect, values)
        if plan.expanding:
            plan, values = plan.expanded(values)
        return plan, _execute(connection, plan, values)

    def _plan(self, dialect: Dialect, values: Values) -> _Plan:
        columns = tuple(values) if self._takes_rows else ()
        key = dialect.name, columns
        found = self._plans.get(key)
        if found is None:
            found = self._plans[key] = _planned(self.statement, dialect, columns)
        return found


class _Bound(NamedTuple):
    """A value that a text asks for: the `place` in it, the `name` by which it is given."""

    place: str
    name: str
    process: Processor | None


class _Plan:
    """A text of one dialect, what it asks for, and how its rows read. With `expanding` only its shapes are run."""

    def __init__(self, compiled: SQLCompiler, text: str, bounds: Sequence[_Bound], expanding: Sequence[str]) -> None:
        self.text, self.expanding = text, expanding
        self._compiled = compiled
        self._shapes: dict[tuple[int, ...], tuple[_Plan, list[tuple[str, list[str]]]]] = {}
        asked = {bound.name: compiled.binds[bound.name] for bound in bounds if bound.name in compiled.binds}
        fixed = {name: bind for name, bind in asked.items() if bind.unique and not bind.required}
        self._constants = {name: bind.effective_value for name, bind in fixed.items()}
        self._constants |= {column.key: column.default.arg for column in _left_to_python(compiled)}
        self._take = _taker([bound.name for bound in bounds])
        self._writers = [(place, bound.process) for place, bound in enumerate(bounds) if bound.process]
        self._places = None if compiled.positional else [bound.place for bound in bounds]
        # For the driver of PostgreSQL a text holds `%(name)s` and doubled percent signs, for its server `$1`.
        numbered = {bound.place: f"${number}" for number, bound in enumerate(bounds, 1)}
        self.direct = b"" if compiled.positional else (text % numbered).encode()
        self._make: Callable[[Iterable[Any]], Any] | None = None
        self._readers: list[tuple[int, Processor]] = []

    def bound(self, values: Values) -> Any:
        """What a cursor is given. Raises KeyError for a value that is missing."""
        taken = self.taken(values)
        return taken if self._places is None else dict(zip(self._places, taken, strict=True))

    def taken(self, values: Values) -> tuple[Any, ...]:
        """The values in the order of their places. Raises KeyError for one that is missing."""
        if self._constants:
            values = {**values, **self._constants}
        taken = self._take(values)
        if self._writers:
            made = list(taken)
            for place, process in self._writers:
                made[place] = process(made[place])
            taken = tuple(made)
        return taken

    def expanded(self, values: Values) -> tuple[_Plan, Values]:
        """The plan for lists as long as these, with each of their values under a name of its own."""
        lengths = tuple([len(values[name]) for name in self.expanding])
        found = self._shapes.get(lengths)
        if found is None:
            if len(self._shapes) >= SHAPES:
                self._shapes.clear()
            state = self._compiled.construct_expanded_state({**values})
            names = [(name, list(state.parameter_expansion[name])) for name in self.expanding]
            found = self._shapes[lengths] = _shaped(self._compiled, state), names
        plan, names = found
        flat = dict(values)
        for name, places in names:
            flat.update(zip(places, values[name], strict=True))
        return plan, flat

    def shapes(self, rows: Sequence[Values]) -> Iterable[tuple[_Plan, Sequence[Values]]]:
        """The plans for these rows of values: this one, unless it has lists."""
        if not self.expanding:
            return ((self, rows),)
        return [(plan, [flat]) for plan, flat in map(self.expanded, rows)]

    def rows(self, raw: Sequence[Any], kinds: Any) -> list[Any]:
        """Rows of the driver as named tuples; `kinds` describes their columns as the driver does."""
        if self._make is None:
            self._learn(kinds)
        make = cast("Callable[[Iterable[Any]], Any]", self._make)
        if not self._readers:
            return list(map(make, raw))
        return [make(self._read(row)) for row in raw]

    def _read(self, row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for place, process in self._readers:
            values[place] = process(values[place])
        return values

    def _learn(self, kinds: Any) -> None:
        dialect, columns = self._compiled.dialect, self._compiled._result_columns
        found = [
            (place, column.type.dialect_impl(dialect).result_processor(dialect, kind[1]))
            for place, (column, kind) in enumerate(zip(columns, kinds, strict=True) if columns else ())
        ]
        # Threads may learn the same at once: each gives what it learnt in one piece, and says so last.
        self._readers = [(place, process) for place, process in found if process is not None]
        names = [column.keyname for column in columns] or [kind[0] for kind in kinds]
        self._make = partial(tuple.__new__, namedtuple("Row", names, rename=True))  # noqa: PYI024


_Answer = tuple[Sequence[Any], Any, int]
"""What came of one execution: rows, what describes their columns, and how many were changed."""


class _Described:
    """Name and kind of each column of an answer, as a cursor describes them; made when somebody wants to know."""

    def __init__(self, answer: PGresult) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[tuple[str, int]]:
        of = self._answer
        return iter([((of.fname(column) or b"").decode(), of.ftype(column)) for column in range(of.nfields)])


def _taker(names: Sequence[str]) -> Callable[[Values], tuple[Any, ...]]:
    """Takes the values of these names, in this order."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: tuple([values[name] for name in names])


def _is_entity(description: Any) -> bool:
    found = inspect(description["expr"], raiseerr=False)
    return getattr(found, "is_mapper", False) or getattr(found, "is_aliased_class", False)


def _planned(statement: Statement, dialect: Dialect, columns: tuple[str, ...]) -> _Plan:
    """The plan of a statement. Raises NotPreparable."""
    options: dict[str, Any] = {}
    if isinstance(statement, Insert):  # as many rows: then the server is not asked for the keys that it gave
        options = {"column_keys": list(columns), "for_executemany": not statement._returning}
    written = cast(Statement, replacement_traverse(statement, {}, _written))
    compiled = cast(SQLCompiler, written.compile(dialect=dialect, **options))
    if computed := [each for each in _left_to_python(compiled) if not each.default.is_scalar]:
        raise NotPreparable(f"give the value of {computed[0]}, which Python would compute")
    open_ = [bind for bind in compiled.binds.values() if bind not in compiled.literal_execute_params]
    expanding = [bind.key for bind in open_ if bind.expanding]
    if any(bind.unique for bind in open_ if bind.expanding):
        raise NotPreparable("a list of constants that are neither text nor numbers: give it")
    if expanding:
        return _Plan(compiled, "", (), expanding)
    return _shaped(compiled, compiled.construct_expanded_state({bind.key: None for bind in open_}))


def _left_to_python(compiled: SQLCompiler) -> list[Any]:
    """The columns that are not given and have a default of Python's."""
    return [*compiled.insert_prefetch, *compiled.update_prefetch]


def _written(element: Any, **_: Any) -> Any:
    """A constant of the program stands in the text: both databases find an index of part of the rows only by it, and
    SQLite compiles a statement anew for each value that might decide whether such an index serves."""
    if not isinstance(element, BindParameter) or not element.unique:
        return None
    constants: Any = element.value if element.expanding else [element.value]
    return element.render_literal_execute() if all(isinstance(each, (str, int)) for each in constants) else None


def _shaped(compiled: SQLCompiler, state: ExpandedState) -> _Plan:
    """A plan whose lists have their lengths."""
    dialect, binds = compiled.dialect, compiled.binds
    places = state.positiontup
    if places is None:
        lists = {name for name, bind in binds.items() if bind.expanding}
        kept = [name for name, bind in binds.items() if bind not in compiled.literal_execute_params]
        places = [name for name in kept if name not in lists]
        places += [place for name in kept if name in lists for place in state.parameter_expansion[name]]
    bounds = []
    for place in places:
        bind = binds.get(place)
        process = bind.type.dialect_impl(dialect).bind_processor(dialect) if bind is not None else None
        written = compiled.escaped_bind_names.get(place, place)
        if compiled.positional or f"%({written})s" in state.statement:  # some are left out of the text in the end
            bounds.append(_Bound(written, place, process or state.processors.get(place)))
    return _Plan(compiled, state.statement, bounds, ())


def _execute(connection: Connection, plan: _Plan, values: Any, *, many: bool = False) -> _Answer:
    """Run with values, or with `many` for each of these rows; errors become SQLAlchemy's, as when it executes."""
    driver: Any = connection.connection.dbapi_connection
    if plan.direct and hasattr(driver, "ask"):
        return _directly(connection, driver, plan, values, many=many)
    if many and len(values) == 1:
        values, many = values[0], False
    cursor, text, parameters = connection.connection.cursor(), plan.text, None
    heard = _is_heard(connection)
    try:
        parameters = [plan.bound(row) for row in values] if many else plan.bound(values)
        if heard:
            for told in connection.dispatch.before_cursor_execute:
                text, parameters = told(connection, cursor, text, parameters, None, many)
        if many:
            cursor.executemany(text, parameters)
        else:
            cursor.execute(text, parameters)
        kinds = cursor.description
        rows = cursor.fetchall() if kinds else ()
        changed = cursor.rowcount
        if heard:
            connection.dispatch.after_cursor_execute(connection, cursor, text, parameters, None, many)
    except Exception as error:
        connection._handle_dbapi_exception(error, text, parameters, cursor, None)
    cursor.close()
    return rows, kinds, changed


def _directly(connection: Connection, server: Direct, plan: _Plan, values: Any, *, many: bool) -> _Answer:
    """The same on PostgreSQL, without a cursor. What is written for many rows waits for what is asked next."""
    answer, server.refused = None, b""
    try:
        taken = [plan.taken(row) for row in values] if many else [plan.taken(values)]
        told = _tell(connection, plan, values, many=many) if _is_heard(connection) else None
        if many:
            for each in taken:
                server.later(plan.direct, each)
            if connection.in_nested_transaction():  # what is refused in a savepoint is told in it
                server.settle()
        else:
            answer = server.ask(plan.direct, taken[0])
        if told:
            connection.dispatch.after_cursor_execute(connection, *told, None, many)
    except Exception as error:
        connection._handle_dbapi_exception(error, server.refused.decode() or plan.text, values, None, None)
    if answer is None or not answer.nfields:
        return (), None, (answer and answer.command_tuples) or 0
    return server.rows(answer), _Described(answer), answer.ntuples


def settle(session: Session) -> None:
    """Send what waits. Raises what its statements raise."""
    connection = session.connection()
    server: Any = connection.connection.dbapi_connection
    if hasattr(server, "settle"):
        try:
            server.settle()
        except Exception as error:
            connection._handle_dbapi_exception(error, server.refused.decode(), None, None, None)


def _tell(connection: Connection, plan: _Plan, values: Any, *, many: bool) -> tuple[Any, str, Any]:
    """Have listeners to cursors hear what is sent; what each of them hears."""
    cursor = connection.connection.cursor()
    parameters = [plan.bound(row) for row in values] if many else plan.bound(values)
    for told in connection.dispatch.before_cursor_execute:
        told(connection, cursor, plan.text, parameters, None, many)
    return cursor, plan.text, parameters


def _is_heard(connection: Connection) -> bool:
    """Asking the empty list of listeners would take as long as finding a row."""
    return connection._has_events or connection.engine._has_events
