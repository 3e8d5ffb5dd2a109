"""Making a data folder a till: what the hub answered at enrolment, kept in books and identity file."""

import secrets
import socket
from pathlib import Path

import msgspec

from omnipos.cli.membership import Membership, load_membership, load_pass, save_membership
from omnipos.config import Settings, load_settings, save_settings
from omnipos.domain.errors import EntryRefused
from omnipos.locale import _
from omnipos.signing import DEVICE_KEY, keep_key
from omnipos.store.connection import Store, transaction
from omnipos.store.identity import Identity, load_identity, save_identity
from sync.client import HubClient
from sync.enrolling import enrol


def join(folder: Path, address: str, code: str, name: str, *, private_http: bool = False) -> Identity:
    """Enrol a folder with a hub; raise EntryRefused when it is a till already or the code is no good.

    With `private_http` the folder's settings allow a hub in the shop's network without encryption.
    """
    settings = load_settings(folder)
    private_http = private_http or settings.private_http
    store = Store(folder)
    try:
        known, member = store.call(lambda: load_identity(store.books)), load_membership(folder)
        if known is not None and member is not None and not member.device_id:
            # Restored on this computer: the books are there, and the hub does not know it yet.
            join_anew(folder, HubClient(address, device=load_pass(folder), private_http=private_http), code)
            _keep_trust(folder, settings, private_http)
            return known
        if known is not None:
            raise EntryRefused(
                _(
                    "There is a till in {folder} already; its sales must not change owners."
                    " Name another folder with --data-dir."
                ).format(folder=folder)
            )
        key = keep_key(folder / DEVICE_KEY)
        answer = enrol(address, code, name, key, private_http=private_http)
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
        _keep_trust(folder, settings, private_http)
        return identity
    finally:
        store.close()


def _keep_trust(folder: Path, settings: Settings, private_http: bool) -> None:
    if private_http != settings.private_http:
        save_settings(folder, msgspec.structs.replace(settings, private_http=private_http))


def join_anew(folder: Path, client: HubClient, code: str) -> None:
    """Become a till of its own, as another computer has this one's identity; the books follow at hello.

    Its key is one that the other does not have. Whatever fails on the way leaves the till as it was.
    """
    assert client.device is not None, "a till asks with its key"
    file = f"device-{secrets.token_hex(4)}.key"
    key = keep_key(folder / file)
    address, trust = client.address, client.private_http
    answer = enrol(address, code, socket.gethostname(), key, private_http=trust)
    member = Membership(hub=address, device_id=answer.device_id, hub_key=answer.hub_key, key_file=file)
    save_membership(folder, member)
    client.device.become(answer.device_id, key)
