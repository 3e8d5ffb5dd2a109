"""Staff and their roles. Nobody gives away a right that is not theirs."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Select, select

from hub import shops, staff, staffstores, tables
from hub.backoffice.desk import Refusal, wished
from hub.backoffice.fields import ChoiceField, Choices, Field, Flag, PinField, StoreField
from hub.backoffice.listing import Listing, Page, Record
from hub.backoffice.office import Office
from hub.backoffice.section import Act, Answer, Change, Said, Section
from hub.backoffice.sections.devices import store_choices
from hub.backoffice.sections.sales import staff_called
from hub.staffmessages import RoleWish, StaffWish
from hub.unit import Unit
from omnipos.domain.names import fold
from omnipos.domain.staff import Right, Staff, StaffRole
from omnipos.locale import _, later


def _query(office: Office) -> Select[Any]:
    query = select(tables.staff)
    if not office.stores:
        return query
    return query.where(tables.staff.c.staff_id.in_(staffstores.people_within(office.stores)))


def _record(row: Any, _office: Office) -> Record:
    one = msgspec.json.decode(row.record, type=Staff)
    return Record(
        staff_id=one.staff_id,
        name=one.name,
        role=one.role,
        pin="",
        active=one.active,
        has_badge=bool(one.badge_id),
        store_codes=(),
        said=one.name,
    )


def _finish(conn: Connection, records: Sequence[Record]) -> None:
    bound = staffstores.codes(conn, [record.staff_id for record in records])
    for record in records:
        record.store_codes = bound.get(record.staff_id, ())


def _find(conn: Connection, q: str, _office: Office) -> Any:
    return staff_called(conn, q)


class _Wished(NamedTuple):
    wish: StaffWish
    people: list[Staff]


def _prepare(conn: Connection, change: Change) -> _Wished:
    wish = wished(StaffWish, {**change.values, "staff_id": change.key})
    known = shops.everybody(conn)
    named = [one for one in known if fold(one.name) == fold(wish.name) and one.staff_id != change.key]
    if named:
        # Without an id the API would take this for a change of that person.
        raise Refusal(_("{name} works here already. Nothing was changed.").format(name=wish.name), "name")
    old = [one for one in known if one.staff_id == change.key]
    if old and not wish.active and change.key == change.office.person.staff_id:
        raise Refusal(_("You cannot end your own work here."), "active")
    if change.office.stores and not wish.store_codes:
        raise Refusal(_("Choose the stores that this person has in the back office."), "store_codes")
    _check_rights(conn, change.office, [wish.role, *(one.role for one in old)])
    return _Wished(wish, staff.prepare_staff(conn, [wish]))


def _check_rights(conn: Connection, office: Office, roles: list[str]) -> None:
    known = {one.code: set(one.rights) for one in staff.roles(conn).roles}
    if any(known.get(role, set()) - office.rights for role in roles):
        raise Refusal(_("This role may do more than you may. Ask somebody who may do it all."), "role")


def _put(unit: Unit, change: Change) -> str:
    wished_for: _Wished = change.prepared
    staff.put_staff(unit, wished_for.people, [wished_for.wish])
    return wished_for.people[0].staff_id


def _own_rights_only(conn: Connection, change: Change) -> None:
    old = next((one for one in shops.everybody(conn) if one.staff_id == change.key), None)
    if old is not None:
        _check_rights(conn, change.office, [old.role])


def _new_badge(conn: Connection, change: Change) -> staff.NewBadge:
    _own_rights_only(conn, change)
    return staff.new_badge()


def _give_badge(unit: Unit, change: Change) -> Said:
    badge = staff.give_badge(unit, change.key, change.prepared)
    said = _("This is {name}'s badge. Print it as Code 128 or QR code; nobody can read it here again.")
    return Said(said.format(name=badge.name), badge.code)


def _take_badge(unit: Unit, change: Change) -> Said:
    badge = staff.give_badge(unit, change.key, None)
    return Said(_("The badge of {name} opens nothing once the tills have synced.").format(name=badge.name))


def _choices(conn: Connection) -> dict[str, Choices]:
    roles = [(one.code, one.name or one.code) for one in staff.roles(conn).roles]
    return {"roles": roles} | store_choices(conn)


STAFF = Section(
    key="staff",
    label=later("Staff"),
    one=later("person"),
    icon="fa-solid fa-id-badge",
    group=later("People"),
    right=Right.STAFF,
    change_right=Right.STAFF,
    fields=(
        Field("name", label=later("Name"), required=True, longest=80),
        ChoiceField("role", label=later("Role"), required=True, must_choose=True, source="roles"),
        PinField(
            "pin",
            label=later("PIN"),
            help_text=later("4 to 12 digits; empty keeps the one before"),
            exclude_from_list=True,
            exclude_from_detail=True,
            longest=12,
        ),
        StoreField(
            "store_codes",
            label=later("Stores in the back office"),
            help_text=later("None is all stores; tills are not meant"),
            multiple=True,
            select2=True,
            source="stores",
            if_none=later("all stores"),
        ),
        Flag("active", label=later("Works here"), default=True),
        Flag("has_badge", label=later("Has a badge"), exclude_from_create=True, exclude_from_edit=True),
    ),
    pk="staff_id",
    listing=Listing(
        query=_query,
        key=tables.staff.c.staff_id,
        record=_record,
        find=_find,
        sorts={"name": tables.staff.c.folded_name},
        first=("name", False),
        finish=_finish,
    ),
    create=_put,
    edit=_put,
    prepare=_prepare,
    acts=(
        Act(
            name="badge",
            text=later("Make a badge"),
            ask=later("Its code is shown once; the badge before opens nothing any more."),
            icon="fa-solid fa-qrcode",
            do=_give_badge,
            prepare=_new_badge,
            right=Right.STAFF,
            answer=Answer.PAGE,
            offered=lambda record: bool(record.active),
        ),
        Act(
            name="no-badge",
            text=later("Withdraw the badge"),
            ask=later("It opens nothing any more; the PIN stays."),
            icon="fa-solid fa-ban",
            do=_take_badge,
            prepare=_own_rights_only,
            right=Right.STAFF,
            offered=lambda record: bool(record.has_badge),
        ),
    ),
    choices=_choices,
    beside={"staff_pin": "pin", "role_unknown": "role"},
)


def _roles(_office: Office) -> Select[Any]:
    return select(tables.staff_role)


def _role(one: StaffRole) -> Record:
    return Record(code=one.code, name=one.name, rights=one.rights, said=one.name or one.code)


class _Roles(Listing):
    """Roles, with those that every shop has from its first day."""

    def page(self, conn: Connection, office: Office, q: str, sorts: Any, skip: int, limit: int) -> Page:
        """Return all roles; there are few."""
        records = [_role(one) for one in staff.roles(conn).roles]
        return Page(records[skip : skip + limit], len(records))


def _shown_role(conn: Connection, code: str, _office: Office) -> Record | None:
    return next((_role(one) for one in staff.roles(conn).roles if one.code == code), None)


def _put_role(unit: Unit, change: Change) -> str:
    wish = wished(RoleWish, {"code": change.key, **change.values})
    known = {one.code: set(one.rights) for one in staff.roles(unit.conn).roles}
    if not change.key and wish.code in known:
        raise Refusal(
            _("There is a role {role} already. Nothing was changed.").format(role=wish.code), "code"
        )
    if (known.get(wish.code, set()) | set(wish.rights)) - change.office.rights:
        raise Refusal(_("You cannot give a right, or take one away, that is not yours."), "rights")
    if wish.code == change.office.person.role and not {Right.STAFF, Right.BACK_OFFICE} <= set(wish.rights):
        raise Refusal(_("You would lock yourself out. Nothing was changed."), "rights")
    staff.put_roles(unit, [wish])
    return wish.code


ROLES = Section(
    key="roles",
    label=later("Roles"),
    one=later("role"),
    icon="fa-solid fa-key",
    group=later("People"),
    right=Right.STAFF,
    change_right=Right.STAFF,
    is_shared=True,
    fields=(
        Field("code", label=later("Code"), required=True, exclude_from_edit=True),
        Field("name", label=later("Name"), help_text=later("What the tills call it"), longest=40),
        ChoiceField(
            "rights",
            label=later("Rights"),
            multiple=True,
            select2=True,
            choices=tuple((right.value, right.value) for right in Right),
        ),
    ),
    pk="code",
    listing=_Roles(query=_roles, key=tables.staff_role.c.code, record=lambda row, _office: row),
    shown=_shown_role,
    create=_put_role,
    edit=_put_role,
    beside={"right_unknown": "rights"},
)
