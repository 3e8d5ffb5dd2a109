"""Who works in the shop: people with their roles, PINs and badges, as the owner sets them up."""

import secrets
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select

from hub import shops, staffstores, tables
from hub.database import upsert
from hub.feed import STAFF
from hub.problems import Refused
from hub.staffmessages import Badge, Roles, RoleWish, StaffMember, StaffWish
from hub.unit import Unit
from omnipos.domain.badge import badge_id_of, clean_badge, make_badge
from omnipos.domain.names import clean_text, fold
from omnipos.domain.staff import BUILT_IN_ROLES, Right, Staff, StaffRole
from omnipos.locale import _


def prepare_staff(conn: Connection, wishes: Sequence[StaffWish]) -> list[Staff]:
    """Return the people a request wishes for, PINs hashed; slow, so not for a writing transaction."""
    known = {one.staff_id: one for one in shops.everybody(conn)}
    by_name = {fold(one.name): one for one in known.values()}
    people = []
    for wish in wishes:
        name = clean_text(wish.name, 80)
        old = known.get(wish.staff_id) if wish.staff_id else by_name.get(fold(name))
        staff_id = clean_text(wish.staff_id, 64) or (old.staff_id if old else secrets.token_hex(16))
        pin_hash = _pin_hash(wish, old)
        if not name or not pin_hash:
            raise Refused(422, "staff_pin", _("{name} needs a name and a PIN.").format(name=name or "?"))
        base = old or Staff(staff_id=staff_id, name=name, role=wish.role, pin_hash=pin_hash)
        person = msgspec.structs.replace(
            base, staff_id=staff_id, name=name, role=wish.role, pin_hash=pin_hash, active=wish.active
        )
        by_name[fold(name)] = known[staff_id] = person
        people.append(person)
    return people


def _pin_hash(wish: StaffWish, old: Staff | None) -> str:
    import argon2

    if wish.pin_hash:
        if not wish.pin_hash.startswith("$argon2id$"):
            raise Refused(422, "staff_pin", _("A ready hash must be argon2id in its text form."))
        return wish.pin_hash
    if not wish.pin:
        return old.pin_hash if old else ""
    if old is not None:
        try:
            argon2.PasswordHasher().verify(old.pin_hash, wish.pin)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return _hashed(wish.pin)
        return old.pin_hash
    return _hashed(wish.pin)


def _hashed(secret: str) -> str:
    import argon2

    return argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(secret)


def put_staff(
    unit: Unit, people: Sequence[Staff], wishes: Sequence[StaffWish] = ()
) -> tuple[StaffMember, ...]:
    """Write people with the rights of their roles and tell the tills of those who changed.

    `wishes` are what they were made of; of these come the stores that they have in the back office.
    """
    known = {one.code: one for one in roles(unit.conn).roles}
    for one in people:
        if one.role not in known:
            raise Refused(
                422,
                "role_unknown",
                _("There is no role {role}. There are: {roles}. Nothing was changed.").format(
                    role=one.role, roles=", ".join(sorted(known))
                ),
            )
    _write(unit, [_in_role(one, known[one.role]) for one in people])
    for one, wish in zip(people, wishes, strict=False):
        if wish.store_codes is not None:
            staffstores.bind(unit, one.staff_id, wish.store_codes)
    return members(unit.conn)


def _in_role(person: Staff, role: StaffRole) -> Staff:
    return msgspec.structs.replace(person, role_name=role.name, rights=role.rights)


def _write(unit: Unit, people: Iterable[Staff]) -> None:
    known = {one.staff_id: one for one in shops.everybody(unit.conn)}
    changed = {one.staff_id: one for one in people if known.get(one.staff_id) != one}
    rows = [
        {
            "staff_id": one.staff_id,
            "folded_name": fold(one.name),
            "record": msgspec.json.encode(one).decode(),
        }
        for one in changed.values()
    ]
    upsert(unit.conn, tables.staff, rows, replace=("folded_name", "record"))
    for one in changed.values():
        # Whose rights were withdrawn leaves the tills altogether, with the hash of the PIN.
        unit.tell(STAFF, one.staff_id, one if one.active else None)


def roles(conn: Connection) -> Roles:
    """Return every role as it is now, those of every shop first."""
    table = tables.staff_role
    found = {one.code: one for one in BUILT_IN_ROLES}
    for record in conn.scalars(select(table.c.record).order_by(table.c.code)):
        one = msgspec.json.decode(record, type=StaffRole)
        found[one.code] = one
    return Roles(roles=tuple(found.values()), rights=tuple(right.value for right in Right))


def put_roles(unit: Unit, wishes: Sequence[RoleWish]) -> Roles:
    """Add or change roles, and give their people what they may do from now on."""
    written = {wish.code: _wished(wish) for wish in wishes}
    rows = [{"code": one.code, "record": msgspec.json.encode(one).decode()} for one in written.values()]
    upsert(unit.conn, tables.staff_role, rows, replace=("record",))
    people = [one for one in shops.everybody(unit.conn) if one.role in written]
    _write(unit, [_in_role(one, written[one.role]) for one in people])
    return roles(unit.conn)


def _wished(wish: RoleWish) -> StaffRole:
    known = [right.value for right in Right]
    for right in wish.rights:
        if right not in known:
            raise Refused(
                422,
                "right_unknown",
                _("There is no right {right}. There are: {rights}. Nothing was changed.").format(
                    right=clean_text(right, 64), rights=", ".join(known)
                ),
            )
    rights = tuple(one for one in known if one in wish.rights)
    return StaffRole(code=wish.code, name=clean_text(wish.name, 40), rights=rights)


class NewBadge(NamedTuple):
    """A badge that nobody has yet: its code, and the hash of it."""

    code: str
    hash: str


def new_badge() -> NewBadge:
    """Make a badge; slow, so not for a writing transaction."""
    code = make_badge()
    return NewBadge(code, _hashed(clean_badge(code)))


def give_badge(unit: Unit, staff_id: str, badge: NewBadge | None) -> Badge:
    """Give somebody a badge instead of the one before, or with None take theirs away."""
    old = next((one for one in shops.everybody(unit.conn) if one.staff_id == staff_id), None)
    if old is None or not old.active:
        raise Refused(404, "not_found", _("Nobody who works here has this id."))
    badge_id, badge_hash = (badge_id_of(badge.code), badge.hash) if badge else ("", "")
    _write(unit, [msgspec.structs.replace(old, badge_id=badge_id, badge_hash=badge_hash)])
    return Badge(staff_id=staff_id, name=old.name, code=badge.code if badge else "")


def members(conn: Connection) -> tuple[StaffMember, ...]:
    """Return all people, without their hashes."""
    bound = staffstores.codes(conn)
    return tuple(
        StaffMember(
            staff_id=one.staff_id,
            name=one.name,
            role=one.role,
            active=one.active,
            has_badge=bool(one.badge_id),
            store_codes=bound.get(one.staff_id, ()),
        )
        for one in shops.everybody(conn)
    )
