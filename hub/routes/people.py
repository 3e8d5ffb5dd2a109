"""What only the owner's key may do with people: roles, staff, badges."""

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody

from hub import staff
from hub.context import Ours
from hub.guards import owner_only
from hub.staffmessages import Badge, PutRoles, PutStaff, Roles, StaffList


@put("/v1/roles", guards=[owner_only], tags=["owner"])
async def put_roles(hub: Ours, data: JSONBody[PutRoles]) -> Roles:
    """Add or change roles by code; the tills learn at once what their people may do."""
    return await hub.write(lambda unit: staff.put_roles(unit, data.roles))


@get("/v1/roles", guards=[owner_only], tags=["owner"])
async def get_roles(hub: Ours) -> Roles:
    """List the roles with their rights, and every right that there is."""
    return await hub.read(staff.roles)


@put("/v1/staff", guards=[owner_only], tags=["owner"])
async def put_staff(hub: Ours, data: JSONBody[PutStaff]) -> StaffList:
    """Add or change people by id or name; PINs are hashed here and never told again."""
    people = await hub.read(lambda conn: staff.prepare_staff(conn, data.staff))
    return StaffList(staff=await hub.write(lambda unit: staff.put_staff(unit, people, data.staff)))


@get("/v1/staff", guards=[owner_only], tags=["owner"])
async def get_staff(hub: Ours) -> StaffList:
    """List the people of the shop."""
    return StaffList(staff=await hub.read(staff.members))


@post("/v1/staff/{staff_id:str}/badge", status_code=200, guards=[owner_only], tags=["owner"])
async def make_badge(hub: Ours, staff_id: FromPath[str]) -> Badge:
    """Make somebody a badge; its code is shown this once, and the one before opens nothing any more."""
    made = await hub.database.compute(staff.new_badge)
    return await hub.write(lambda unit: staff.give_badge(unit, staff_id, made))


@delete("/v1/staff/{staff_id:str}/badge", status_code=200, guards=[owner_only], tags=["owner"])
async def withdraw_badge(hub: Ours, staff_id: FromPath[str]) -> Badge:
    """Withdraw somebody's badge, for it is lost; the PIN stays."""
    return await hub.write(lambda unit: staff.give_badge(unit, staff_id, None))


handlers = [put_roles, get_roles, put_staff, get_staff, make_badge, withdraw_badge]
