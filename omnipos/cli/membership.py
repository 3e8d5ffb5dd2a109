"""`identity.json`: where the till's hub is and who the till is there; its key lies in a file beside it."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from omnipos.cli.ownhub import has_own_hub
from omnipos.config import load_settings
from omnipos.domain.errors import StoreTrouble
from omnipos.locale import _
from omnipos.secretfiles import write_secret
from omnipos.signing import DEVICE_KEY, load_key
from sync.access import DevicePass

if TYPE_CHECKING:
    from sync.client import HubClient

FILE = "identity.json"


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """A hub's address and public key, and the name by which it knows this till. None of it is secret."""

    hub: str
    device_id: str = ""
    hub_key: str = ""
    key_file: str = DEVICE_KEY


def load_membership(folder: Path) -> Membership | None:
    """Return what a data folder says of its hub; None before enrolment."""
    path = folder / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Membership)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise StoreTrouble(
            _("{file} cannot be read: {reason}. All sales are safe; enrol this till again.").format(
                file=path, reason=error
            )
        ) from error


def save_membership(folder: Path, membership: Membership) -> None:
    """Write the file whole or not at all."""
    write_secret(folder / FILE, msgspec.json.encode(membership))


def load_pass(folder: Path, monotonic_s: Callable[[], float] = time.monotonic) -> DevicePass:
    """Return the right of a folder's till to ask its hub; without its key the hub will refuse it.

    The key is read when the hub is first asked: what reads it is slow to import, and the screen comes first.
    """
    member = load_membership(folder) or Membership(hub="")
    return DevicePass(
        member.device_id, partial(load_key, folder / member.key_file), member.hub_key, monotonic_s
    )


def till_client(folder: Path, address: str) -> "HubClient":
    """Return the line of a folder's till to its hub, as trusting as its settings say."""
    from sync.client import HubClient

    settings = load_settings(folder)
    # A till's own hub is on this computer, whatever address it listens at.
    private_http = settings.private_http or (not settings.hub and has_own_hub(folder))
    return HubClient(address, device=load_pass(folder), private_http=private_http)
