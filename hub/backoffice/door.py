"""The door of the back office: a name and a PIN, waits that grow and outlive a restart, sessions that end."""

import hashlib
import hmac
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, select, update

from hub import tables
from hub.backoffice import acts
from hub.backoffice.office import Office, enter
from hub.database import upsert
from hub.unit import Unit
from omnipos.domain.names import fold
from omnipos.domain.staff import Staff, delay_after

IDLE_MS = 30 * 60_000
LONGEST_MS = 12 * 3_600_000
RENEWED_AFTER_MS = 60_000
STRANGERS = 256
"""Names that nobody has share so many waits, so that guessing names fills no table."""
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$5s4iYKC1zA9eyz+P9YkZnA$5QDInq903oVTduQTRqxd2E0b9cySKeLOOyHQ7nGCW98"
"""What a name that nobody has is checked against, so that it takes as long."""


class Session(msgspec.Struct, frozen=True, array_like=True):
    """What the cookie says: who, since when, when they were last seen, and a mark of the PIN they typed."""

    staff_id: str
    began_ms: int
    seen_ms: int
    mark: str


class Try(msgspec.Struct, frozen=True):
    """Leave to try a PIN: whose it may be, or for how long nobody may try."""

    people: tuple[Staff, ...] = ()
    wait_ms: int = 0


def ask(unit: Unit, name: str) -> Try:
    """Count one try of a name before its PIN is looked at, so that many at once are no way around."""
    people = _people(unit.conn, fold(name))
    row = {"name_hash": _name_hash(name, known=bool(people)), "failures": 1}
    table = tables.office_door
    upsert(unit.conn, table, [row], add=("failures",))  # which holds the row until the end
    own = table.c.name_hash == row["name_hash"]
    failures, until = unit.conn.execute(select(table.c.failures, table.c.wait_until_ms).where(own)).one()
    if unit.now_ms < until:
        unit.conn.execute(update(table).where(own).values(failures=failures - 1))
        return Try(wait_ms=until - unit.now_ms)
    waits = {"wait_until_ms": unit.now_ms + delay_after(failures)} if delay_after(failures) else {}
    if waits:
        unit.conn.execute(update(table).where(own).values(**waits))
    return Try(people=tuple(people))


def _people(conn: Connection, folded: str) -> list[Staff]:
    table = tables.staff
    records = conn.scalars(select(table.c.record).where(table.c.folded_name == folded).limit(5))
    people = (msgspec.json.decode(record, type=Staff) for record in records)
    return [one for one in people if one.active]


def _name_hash(name: str, *, known: bool) -> str:
    digest = hashlib.sha256(fold(name).encode()).hexdigest()
    return digest if known else f"nobody/{int(digest, 16) % STRANGERS}"


def check_pin(people: Sequence[Staff], pin: str) -> Staff | None:
    """Return whose PIN this is; slow, so neither for a writing transaction nor for the event loop."""
    import argon2

    hasher = argon2.PasswordHasher()
    for one in people:
        try:
            hasher.verify(one.pin_hash, pin)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            continue
        return one
    if not people:
        try:
            hasher.verify(_NOBODY, pin)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return None
    return None


def let_in(unit: Unit, person: Staff) -> Office | None:
    """Forget somebody's failures and note that they came in; None for who may not open the back office."""
    table = tables.office_door
    unit.conn.execute(delete(table).where(table.c.name_hash == _name_hash(person.name, known=True)))
    office = enter(unit.conn, person.staff_id, unit.now_ms)
    if office is not None:
        acts.keep(unit, office, "door", "", "sign_in")
    return office


def sign_out(unit: Unit, staff_id: str) -> None:
    """End all sessions of a person."""
    row = {"staff_id": staff_id, "ended_at_ms": unit.now_ms}
    upsert(unit.conn, tables.office_end, [row], replace=("ended_at_ms",))


def mark_of(key: bytes, person: Staff) -> str:
    """Return what a session remembers of the PIN that opened it: another PIN has another mark."""
    return hmac.new(key, person.pin_hash.encode(), hashlib.sha256).hexdigest()[:32]


def recognise(conn: Connection, key: bytes, session: Session, now_ms: int) -> Office | None:
    """Return the desk of a session that still holds."""
    idle, old = now_ms - session.seen_ms, now_ms - session.began_ms
    if not (0 <= idle < IDLE_MS and 0 <= old < LONGEST_MS):
        return None
    table = tables.office_end
    ended = conn.scalar(select(table.c.ended_at_ms).where(table.c.staff_id == session.staff_id))
    if ended is not None and session.began_ms <= ended:
        return None
    office = enter(conn, session.staff_id, now_ms)
    if office is None or not hmac.compare_digest(session.mark, mark_of(key, office.person)):
        return None
    return office
