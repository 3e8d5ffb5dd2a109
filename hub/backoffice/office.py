"""Who stands in the back office: the person, what they may do, and the shop that sums are told in."""

import msgspec
from sqlalchemy import Connection, select
from starlette.requests import Request

from hub import shops, staff, staffstores, tables
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Right, Staff

_NO_SHOP = Shop(store_id="", code="", name="", country="", currency="USD")


class Office(msgspec.Struct, frozen=True, kw_only=True):
    """One person at their desk for the length of one request."""

    person: Staff
    rights: frozenset[str]
    shop: Shop
    """The first store that is theirs: its currency and time zone are those of what belongs to no store."""
    now_ms: int
    stores: frozenset[str] = frozenset()
    """The ids of the stores that they are bound to; none is all."""
    store_codes: frozenset[str] = frozenset()
    """The codes of these."""

    def may(self, right: Right) -> bool:
        """Tell whether this person has a right."""
        return right.value in self.rights

    def has_store(self, store_id: str) -> bool:
        """Tell whether a store is one of theirs."""
        return not self.stores or store_id in self.stores


def enter(conn: Connection, staff_id: str, now_ms: int) -> Office | None:
    """Return somebody's desk; None for who does not work here, or may not open the back office.

    Rights are those of the role as it is now, stores those that they are bound to now.
    """
    table = tables.staff
    record = conn.scalar(select(table.c.record).where(table.c.staff_id == staff_id))
    person = None if record is None else msgspec.json.decode(record, type=Staff)
    if person is None or not person.active:
        return None
    roles = {one.code: one for one in staff.roles(conn).roles}
    rights = frozenset(roles[person.role].rights) if person.role in roles else frozenset()
    if Right.BACK_OFFICE.value not in rights:
        return None
    bound = staffstores.of(conn, staff_id)
    own = [one for one in shops.stores(conn) if not bound or one.store_id in bound]
    return Office(
        person=person,
        rights=rights,
        shop=own[0] if own else _NO_SHOP,
        now_ms=now_ms,
        stores=bound,
        store_codes=frozenset(one.code for one in own) if bound else frozenset(),
    )


def office_of(request: Request) -> Office:
    """Return the desk of whoever asks; only after the door."""
    found: Office = request.state.office
    return found


def may(request: Request, right: Right) -> bool:
    """Tell whether whoever asks has a right; a stranger has none."""
    found: Office | None = getattr(request.state, "office", None)
    return found is not None and found.may(right)
