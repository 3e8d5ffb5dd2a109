"""What the owner's commands send and get of people: roles, PINs and badges."""

from typing import Annotated

import msgspec
from msgspec import Meta

from hub.messages import MOST_ROWS, Code, MaybeCode, MaybeName, Name, Wish
from omnipos.domain.staff import StaffRole

MOST_STAFF = 200
MOST_ROLES = 50
MOST_RIGHTS = 100

RoleCode = Annotated[str, Meta(pattern="^[a-z][a-z0-9_-]{0,31}$")]


class RoleWish(Wish, frozen=True, kw_only=True):
    """One role by its code, with all that its people may do."""

    code: RoleCode
    name: MaybeName = ""
    rights: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=MOST_RIGHTS)]


class PutRoles(Wish, frozen=True, kw_only=True):
    """`PUT /v1/roles`: roles to add or change; `cashier` and `manager` are there already."""

    roles: Annotated[tuple[RoleWish, ...], Meta(max_length=MOST_ROLES)]


class Roles(msgspec.Struct, frozen=True, kw_only=True):
    """All roles as they are now, and every right that there is."""

    roles: tuple[StaffRole, ...]
    rights: tuple[str, ...]


class StaffWish(Wish, frozen=True, kw_only=True):
    """One person by id or name, with a new PIN, a ready argon2id hash, or neither to keep the old."""

    name: Name
    role: RoleCode
    staff_id: MaybeCode = ""
    pin: Annotated[str, Meta(pattern="^([0-9]{4,12})?$")] = ""
    pin_hash: Annotated[str, Meta(max_length=400)] = ""
    active: bool = True
    store_codes: Annotated[tuple[Code, ...], Meta(max_length=MOST_ROWS)] | None = None
    """The stores whose part of the back office they have; none is all stores. Left out, it stays."""


class PutStaff(Wish, frozen=True, kw_only=True):
    """`PUT /v1/staff`: people to add or change."""

    staff: Annotated[tuple[StaffWish, ...], Meta(max_length=MOST_STAFF)]


class StaffMember(msgspec.Struct, frozen=True, kw_only=True):
    """One person as the hub tells it: never with a hash."""

    staff_id: str
    name: str
    role: str
    active: bool
    has_badge: bool = False
    store_codes: tuple[str, ...] = ()
    """The stores whose part of the back office they have; none is all."""


class StaffList(msgspec.Struct, frozen=True, kw_only=True):
    """All people of the shop."""

    staff: tuple[StaffMember, ...]


class Badge(msgspec.Struct, frozen=True, kw_only=True):
    """A person's new badge; its code is shown this once. Empty after it was withdrawn."""

    staff_id: str
    name: str
    code: str = ""
