"""Lists that stay quick with a million rows: sorted along an index, counted to a bound, searched by keys."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select, tuple_
from starlette.requests import Request

from hub.backoffice.office import Office
from omnipos.domain.names import clean_text

MOST_COUNTED = 10_000
"""So many rows can be paged through; beyond them one searches."""
MOST_FOUND = 500
"""So many rows a search gives."""
LONGEST_SEARCH = 120
_LAST_LETTER = "\U0010ffff"

Find = Callable[[Connection, str, Office], Iterable[str]]
Probe = Callable[[int], Iterable[str]]
Asked = TypeVar("Asked", bound="Select[*tuple[Any, ...]]")


class Record(SimpleNamespace):
    """One row of a list or page; `said` is what it is called."""

    said: str

    def __admin_repr__(self, _request: Request) -> str:
        """Return what it is called."""
        return self.said


@dataclass(frozen=True)
class Page:
    """A page of a list, and how many rows there are, up to a bound."""

    records: Sequence[Record]
    total: int


@dataclass(frozen=True)
class Listing:
    """How one list is read: its query, what it is sorted by, how it is searched."""

    query: Callable[[Office], Select[Any]]
    key: ColumnElement[Any] | tuple[ColumnElement[Any], ColumnElement[Any]]
    """What a row is known by, and what rows are sorted by at last; two columns are known as `one/other`."""
    record: Callable[[Any, Office], Record]
    find: Find | None = None
    """Return the keys of the rows that some typed text means; none for a list without a search."""
    sorts: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)
    """What the list can be sorted by, each with an index."""
    first: tuple[str, bool] | None = None
    """What it is sorted by at first, and whether backwards."""
    finish: Callable[[Connection, Sequence[Record]], None] | None = None
    """Fill in what a page of records lacks, with few questions for all of them."""

    def page(
        self,
        conn: Connection,
        office: Office,
        q: str,
        sorts: Iterable[tuple[str, str]],
        skip: int,
        limit: int,
    ) -> Page:
        """Return a page of the list."""
        query, order = self.query(office), tuple(self._order(sorts))
        wanted, skipped = clean_text(q, LONGEST_SEARCH), min(skip, MOST_COUNTED)
        # Keys first, of an index alone: of a page far behind no row is read that it skips.
        asked = query.with_only_columns(*self._keys(), maintain_column_froms=True).order_by(*order)
        if wanted and self.find is not None:
            found = list(dict.fromkeys(self.find(conn, wanted, office)))[:MOST_FOUND]
            # All of them: for a part PostgreSQL would go along the order from its very beginning.
            keys = conn.execute(asked.where(self._is(found))).all()
            total, page = len(keys), keys[skipped : skipped + limit]
        else:
            counted = query.with_only_columns(literal(1), maintain_column_froms=True).limit(MOST_COUNTED)
            total = int(conn.scalar(select(func.count()).select_from(counted.subquery())) or 0)
            page = conn.execute(asked.offset(skipped).limit(limit)).all()
        rows = conn.execute(query.where(self._among(page)).order_by(*order))
        return Page(self._records(conn, rows, office), total)

    def by_keys(self, conn: Connection, office: Office, keys: Sequence[str]) -> Sequence[Record]:
        """Return the rows with some keys."""
        rows = conn.execute(self.query(office).where(self._is(keys)).order_by(*self._keys()))
        return self._records(conn, rows, office)

    def _keys(self) -> tuple[ColumnElement[Any], ...]:
        return self.key if isinstance(self.key, tuple) else (self.key,)

    def _is(self, keys: Sequence[Any]) -> ColumnElement[bool]:
        if not isinstance(self.key, tuple):
            return self._among([(key,) for key in keys])
        pairs = (str(key).partition("/") for key in keys)
        return self._among([(one, other) for one, _slash, other in pairs])

    def _among(self, keys: Sequence[Sequence[Any]]) -> ColumnElement[bool]:
        if not isinstance(self.key, tuple):
            return self.key.in_([key for (key,) in keys])
        return tuple_(*self.key).in_([tuple(key) for key in keys])

    def _records(self, conn: Connection, rows: Iterable[Any], office: Office) -> list[Record]:
        records = [self.record(row, office) for row in rows]
        if self.finish is not None:
            self.finish(conn, records)
        return records

    def _order(self, sorts: Iterable[tuple[str, str]]) -> Iterator[ColumnElement[Any]]:
        wanted = [(name, way == "desc") for name, way in sorts if name in self.sorts]
        backwards = False
        for name, backwards in wanted[:1] or ([self.first] if self.first else []):
            yield self.sorts[name].desc() if backwards else self.sorts[name]
        # The same way, so that one index gives both.
        yield from (column.desc() if backwards else column for column in self._keys())


def of_stores(query: Asked, office: Office, store_id: ColumnElement[str]) -> Asked:
    """Return a question that asks for the rows of one's own stores only."""
    own = sorted(office.stores)
    if not own:
        return query
    # Of one store, as most have, an index gives the rows in their order.
    return query.where(store_id == own[0] if len(own) == 1 else store_id.in_(own))


def starts(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """Return that a column begins with a text, said so that its index is used; texts are ordered by bytes."""
    return column.between(text, text + _LAST_LETTER)


def probe(probes: Iterable[Probe]) -> Iterator[str]:
    """Return keys from several places to look, the best first, until there are enough."""
    found: dict[str, None] = {}
    for look in probes:
        found.update(dict.fromkeys(look(MOST_FOUND - len(found))))
        if len(found) >= MOST_FOUND:
            break
    yield from found


def named(
    conn: Connection, key: ColumnElement[Any], folded: ColumnElement[Any], words: Sequence[str], limit: int
) -> list[str]:
    """Return the keys of rows whose names begin with the first word, and have the others too.

    Of the index of names it reads only what begins so: words inside names would be the whole of it.
    """
    if not words:
        return []
    more = [folded.contains(f" {word}", autoescape=True) for word in words[1:]]
    return list(conn.scalars(select(key).where(starts(folded, words[0]), *more).limit(limit)))
