"""Staff, the shop's settings, and the wrong PINs counted against a name."""

from sqlite3 import Connection

import msgspec

from omnipos.domain.shop import Shop
from omnipos.domain.staff import Staff

_decode = msgspec.json.Decoder(Staff).decode


def all_staff(db: Connection) -> list[Staff]:
    """Return everybody of the shop who is active, by name."""
    found = [_decode(body) for (body,) in db.execute("SELECT body FROM mirror.staff")]
    return sorted((one for one in found if one.active), key=lambda one: one.name.casefold())


def staff_in(mirror: Connection) -> list[Staff]:
    """Return everybody that a mirror itself holds, active or not, in no order."""
    return [_decode(body) for (body,) in mirror.execute("SELECT body FROM staff")]


def staff_by_id(db: Connection, staff_id: str) -> Staff | None:
    """Return one person by id, active or not."""
    row = db.execute("SELECT body FROM mirror.staff WHERE staff_id = ?", [staff_id]).fetchone()
    return _decode(row[0]) if row else None


def staff_by_badge(db: Connection, badge_id: str) -> Staff | None:
    """Return whose badge has this id, nobody for an empty one."""
    return next((one for one in all_staff(db) if badge_id and one.badge_id == badge_id), None)


def shop_by_id(db: Connection, store_id: str) -> Shop | None:
    """Return a store's settings."""
    row = db.execute("SELECT body FROM mirror.shop WHERE store_id = ?", [store_id]).fetchone()
    return msgspec.json.decode(row[0], type=Shop) if row else None


def failures_of(db: Connection, staff_id: str) -> int:
    """Return how many wrong PINs in a row were typed for a name."""
    row = db.execute("SELECT failures FROM sign_in_failure WHERE staff_id = ?", [staff_id]).fetchone()
    return int(row[0]) if row else 0


def count_failure(db: Connection, staff_id: str) -> int:
    """Count one more wrong PIN and return how many there are; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    row = db.execute(
        "INSERT INTO sign_in_failure VALUES (?, 1)"
        " ON CONFLICT (staff_id) DO UPDATE SET failures = failures + 1 RETURNING failures",
        [staff_id],
    ).fetchone()
    return int(row[0])


def forget_failures(db: Connection, staff_id: str) -> None:
    """Forget the wrong PINs after a right one; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.execute("DELETE FROM sign_in_failure WHERE staff_id = ?", [staff_id])
