"""What keeps writers of many processes apart on PostgreSQL: locks taken at the beginning of a transaction.

The hub's rules read, decide and write, and were made for one writer at a time, as SQLite has it. On
PostgreSQL a transaction is READ COMMITTED and begins with the locks of all it will touch, so whoever
decides something sees what the last one with the same lock committed, and keeps it until its own
commit. There are two kinds of work:

- what says nothing takes the hub's lock for itself: the owner's changes, web shops, enrolment. It
  waits until pushes under way have committed, and they wait for it;
- what names its keys (a till's push: its store, the customers and accounts in it) takes the hub's lock
  shared, and its keys for itself. Pushes of several stores then run side by side.

Heads of streams and the hub's own running numbers are rows, not locks: they are taken last, in the
order of their names, by UPDATE … RETURNING, and held until the commit; so numbers are gapless and no
reader sees a later one before an earlier one (see `hub.feed`).

Locks are advisory ones of the transaction, taken in the order of their numbers: PostgreSQL lets them go
at its end, however it ends. Two different keys with one number only wait for each other. SERIALIZABLE
does not fit here: every two writers meet in the row of a head, and the second would begin again each
time. What is left (a deadlock nobody thought of) PostgreSQL ends, and `hub.writing` begins again.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

MOST_KEYS = 40
"""More keys of one kind than this are locked as the whole kind: the server's table of locks has an end."""


class Key(NamedTuple):
    """One thing that a unit of work reads and writes."""

    kind: str
    name: str


class Locks(NamedTuple):
    """What a unit of work locks at its beginning."""

    whole: bool = True
    keys: tuple[Key, ...] = ()
    more: Callable[[Connection], Collection[Key]] | None = None
    """Finds further keys in the database, where only owners' work changes what it reads."""
    repeatable: bool = False
    """Whether the work can be done again when nobody knows if it was committed: a push can."""
    ahead: bool = False
    """Whether the work takes its numbers first and not last: what it changes, others change only late."""


WHOLE = Locks()
"""Nobody else writes meanwhile."""


BESIDE = Locks(whole=False, repeatable=True)
"""The work adds to counts and nothing else, and once too often does no harm."""


def only(*keys: Key) -> Locks:
    """Return the locks of work that touches nothing but some keys."""
    return Locks(whole=False, keys=keys)


def take(conn: Connection, locks: Locks) -> None:
    """Take the locks at the beginning of a transaction; they go with it."""
    if locks.whole:
        conn.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_number("hub", ""),))
        return
    conn.exec_driver_sql("SELECT pg_advisory_xact_lock_shared(%s)", (_number("hub", ""),))
    keys = (*locks.keys, *(locks.more(conn) if locks.more else ()))
    if keys:
        # One after another in this order, so that two can never wait for each other.
        conn.exec_driver_sql(
            "SELECT CASE WHEN alone THEN pg_advisory_xact_lock(n) ELSE pg_advisory_xact_lock_shared(n) END"
            " FROM unnest(%s::bigint[], %s::boolean[]) AS wanted(n, alone)",
            _ordered(*_split(keys)),
        )


def hold(conn: Connection, key: Key) -> None:
    """Take one lock more in the midst of a transaction; the caller says why nobody waits crosswise."""
    conn.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_number(*key),))


def _split(keys: Sequence[Key]) -> tuple[set[int], set[int]]:
    """Return the locks to share and those to have alone: few keys each, many as their whole kind."""
    names: dict[str, set[str]] = defaultdict(set)
    for key in keys:
        names[key.kind].add(key.name)
    shared, alone = set(), set()
    for kind, some in names.items():
        if len(some) > MOST_KEYS:
            alone.add(_number(kind, ""))
        else:
            shared.add(_number(kind, ""))
            alone |= {_number(kind, name) for name in some}
    return shared, alone


def _ordered(shared: set[int], alone: set[int]) -> tuple[list[int], list[bool]]:
    numbers = sorted(shared | alone)
    return numbers, [number in alone for number in numbers]


def _number(kind: str, name: str) -> int:
    digest = hashlib.blake2b(f"{kind}\0{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
