"""Making a data folder a till: what the hub answered at enrolment, kept in books and identity file."""

import secrets
import socket
from pathlib import Path

import msgspec

from omnipos.cli.membership import Membership, load_membership, save_membership
from omnipos.domain.errors import EntryRefused
from omnipos.locale import _
from omnipos.signing import DEVICE_KEY, keep_key
from omnipos.store.connection import Store, transaction
from omnipos.store.identity import Identity, load_identity, save_identity
from sync.client import HubClient
from sync.enrolling import enrol


def join(folder: Path, address: str, code: str, name: str) -> Identity:
    """Enrol a folder with a hub; raise EntryRefused when it is a till already or the code is no good."""
    store = Store(folder)
    try:
        if store.call(lambda: load_identity(store.books)) is not None:
            raise EntryRefused(
                _(
                    "There is a till in {folder} already; its sales must not change owners."
                    " Name another folder with --data-dir."
                ).format(folder=folder)
            )
        key = keep_key(folder / DEVICE_KEY)
        answer = enrol(address, code, name, key)
        identity = Identity(
            device_id=answer.device_id,
            store_id=answer.store_id,
            store_code=answer.store_code,
            till_number=answer.till_number,
            epoch=answer.epoch,
            hub_epoch=answer.hub_epoch,
        )
        # The hub first: books that know the till are never without it.
        member = Membership(
            hub=address.strip().rstrip("/"), device_id=answer.device_id, hub_key=answer.hub_key
        )
        save_membership(folder, member)

        def keep() -> None:
            with transaction(store.books):
                save_identity(store.books, identity)

        store.call(keep)
        return identity
    finally:
        store.close()


def join_anew(folder: Path, client: HubClient, code: str) -> None:
    """Become a till of its own, as another computer has this one's identity; the books follow at hello.

    Its key is one that the other does not have. Whatever fails on the way leaves the till as it was.
    """
    member = load_membership(folder)
    assert member is not None, "a till that syncs belongs to a hub"
    assert client.device is not None, "a till asks with its key"
    file = f"device-{secrets.token_hex(4)}.key"
    key = keep_key(folder / file)
    answer = enrol(client.address, code, socket.gethostname(), key)
    save_membership(folder, msgspec.structs.replace(member, device_id=answer.device_id, key_file=file))
    client.device.become(answer.device_id, key)
