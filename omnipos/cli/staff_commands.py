"""`omnipos hub staff`, `add-staff`, `roles`, `set-role`, `badge`, `remove-badge`: who works in the shop."""

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from omnipos.cli.owner import hub_options, owner_line
from omnipos.domain.errors import EntryRefused
from omnipos.domain.names import fold
from omnipos.domain.staff import Role
from omnipos.locale import _

if TYPE_CHECKING:
    from hub.staffmessages import StaffMember
    from sync.owner import OwnerClient


@click.command()
@hub_options
def staff(address: str, key_file: Path) -> None:
    """List who works in the shop, with their roles."""
    from hub.staffmessages import StaffList

    with owner_line(address, key_file) as line:
        for one in line.get("/v1/staff", StaffList).staff:
            said = [one.name, one.role]
            stores = " ".join(one.store_codes)
            said += [_("back office of {stores}").format(stores=stores)] if stores else []
            said += [_("has a badge")] if one.has_badge else []
            said += [] if one.active else [_("left")]
            click.echo(", ".join(said))


@click.command()
@click.argument("name")
@click.option(
    "--role", default=Role.CASHIER.value, show_default=True, help="Its code; see: omnipos hub roles"
)
@click.option(
    "--store", "stores", multiple=True, help="A store that is theirs in the back office; again for more."
)
@click.option("--every-store", is_flag=True, help="All stores are theirs in the back office from now on.")
@hub_options
def add_staff(
    name: str, role: str, stores: tuple[str, ...], every_store: bool, address: str, key_file: Path
) -> None:
    """Add a person, or give one a new PIN; the PIN is asked for, or read from the input."""
    from hub.staffmessages import PutStaff, StaffList, StaffWish

    pin = getpass.getpass(_("PIN of 4 to 12 digits: ")) if sys.stdin.isatty() else sys.stdin.readline()
    pin = pin.strip()
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 12):
        raise EntryRefused(_("A PIN is 4 to 12 digits. Nobody was added."))
    with owner_line(address, key_file) as line:
        bound = () if every_store else stores or None
        wish = StaffWish(name=name, role=role, pin=pin, store_codes=bound)
        line.put("/v1/staff", StaffList, PutStaff(staff=(wish,)))
    click.echo(_("{name} can sign in once the tills have synced.").format(name=name))


@click.command()
@hub_options
def roles(address: str, key_file: Path) -> None:
    """List the roles with what their people may do, and every right that there is."""
    from hub.staffmessages import Roles

    with owner_line(address, key_file) as line:
        found = line.get("/v1/roles", Roles)
    for one in found.roles:
        head = f"{one.code} ({one.name})" if one.name else one.code
        click.echo(f"{head}: {' '.join(one.rights)}")
    click.echo(_("All rights: {rights}").format(rights=" ".join(found.rights)))


@click.command()
@click.argument("code")
@click.argument("rights", nargs=-1)
@click.option("--name", default="", help="What the tills call it.")
@hub_options
def set_role(code: str, rights: tuple[str, ...], name: str, address: str, key_file: Path) -> None:
    """Add role CODE, or change it: its people may do RIGHTS (such as: sell collect discount), no more."""
    from hub.staffmessages import PutRoles, Roles, RoleWish

    with owner_line(address, key_file) as line:
        wish = RoleWish(code=code, name=name, rights=rights)
        line.put("/v1/roles", Roles, PutRoles(roles=(wish,)))
    click.echo(_("Role {role} is set; each till knows once it has synced.").format(role=code))


@click.command()
@click.argument("name")
@hub_options
def badge(name: str, address: str, key_file: Path) -> None:
    """Make NAME a badge; its code is shown this once, and the badge before opens nothing any more."""
    from hub.staffmessages import Badge

    with owner_line(address, key_file) as line:
        person = person_called(line, name)
        made = line.post(f"/v1/staff/{person.staff_id}/badge", Badge, None)
    click.echo(made.code)
    click.echo(
        _("This is {name}'s badge. Print it as Code 128 or QR code; nobody can read it here again.").format(
            name=made.name
        ),
        err=True,
    )


@click.command()
@click.argument("name")
@hub_options
def remove_badge(name: str, address: str, key_file: Path) -> None:
    """Withdraw the badge of NAME, for it is lost; the PIN stays."""
    from hub.staffmessages import Badge

    with owner_line(address, key_file) as line:
        line.delete(f"/v1/staff/{person_called(line, name).staff_id}/badge", Badge)
    click.echo(_("The badge of {name} opens nothing once the tills have synced.").format(name=name))


def person_called(line: "OwnerClient", name: str) -> "StaffMember":
    """Return who works here under a name; raise EntryRefused."""
    from hub.staffmessages import StaffList

    people = [one for one in line.get("/v1/staff", StaffList).staff if one.active]
    found = next((one for one in people if fold(one.name) == fold(name)), None)
    if found is None:
        names = ", ".join(one.name for one in people)
        raise EntryRefused(_("Nobody is called “{name}”. Here work {names}.").format(name=name, names=names))
    return found


STAFF_COMMANDS = (staff, add_staff, roles, set_role, badge, remove_badge)
