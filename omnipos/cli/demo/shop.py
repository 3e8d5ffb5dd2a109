"""A demo shop in its folder: made once, gone on with later, thrown away on demand."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from hub.messages import Orders
from omnipos.cli.demo.seeding import DemoShop, seed
from omnipos.cli.joining import join
from omnipos.cli.membership import load_membership, save_membership
from omnipos.cli.opening import open_to_sync
from omnipos.cli.owner import owner_line
from omnipos.cli.ownhub import FOLDER, keep_hub, key_file, lock_keeper
from omnipos.cli.resetting import check_nothing_is_lost
from omnipos.config import load_settings, save_settings
from omnipos.domain.errors import EntryRefused, StoreTrouble
from omnipos.domain.order import Order
from omnipos.locale import _
from omnipos.secretfiles import write_secret
from sync.owner import OwnerClient

FILE = "demo.json"
PAPER = "paper"


class OpenDemo(msgspec.Struct, frozen=True, kw_only=True):
    """A demo shop whose hub serves and whose till is free to be opened."""

    address: str
    folder: Path
    shop: DemoShop


def load_demo(folder: Path) -> DemoShop | None:
    """Return the demo shop of a folder, whole or begun; None for none."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=DemoShop)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise StoreTrouble(
            _("{file} cannot be read. Start afresh with: omnipos demo --reset").format(file=folder / FILE)
        ) from error


def throw_away(folder: Path) -> None:
    """Remove a demo shop; raise EntryRefused for a folder that holds anything else."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / FILE).exists():
        raise EntryRefused(
            _("{folder} holds no demo shop, so nothing was removed. Name another with --data-dir.").format(
                folder=folder
            )
        )
    check_nothing_is_lost(folder)
    with _hold(folder):
        shutil.rmtree(folder)


@contextlib.contextmanager
def _hold(folder: Path) -> Iterator[None]:
    """Hold the folder against a hub that runs on it, without starting one."""
    place = folder / FOLDER
    place.mkdir(exist_ok=True, mode=0o700)
    lock = lock_keeper(place)
    if lock is None:
        raise StoreTrouble(_running_already(folder))
    try:
        yield
    finally:
        os.close(lock)


@contextlib.contextmanager
def open_demo(folder: Path, country: str, language: str) -> Iterator[OpenDemo]:
    """Start the hub of a demo shop, make the shop where there is none, and sync its till."""
    shop = load_demo(folder)
    if shop is None and folder.exists() and any(folder.iterdir()):
        raise EntryRefused(
            _("{folder} is not empty and holds no demo shop. Name another with --data-dir.").format(
                folder=folder
            )
        )
    if shop is not None and country and shop.country != country:
        raise EntryRefused(
            _("The demo shop in {folder} is in {country}. For another: omnipos demo --reset").format(
                folder=folder, country=shop.country
            )
        )
    if shop is not None and not shop.is_whole:
        country, shop = shop.country, None
        throw_away(folder)
    if shop is None:
        shop = DemoShop(country=country or "ID")
        write_secret(folder / FILE, msgspec.json.encode(shop))
    with keep_hub(folder) as child:
        if child is None:
            raise StoreTrouble(_running_already(folder))
        child.wait_ready()
        if not shop.is_whole:
            shop = _make(folder, child.address, shop.country)
        _settle(folder, child.address, language, shop)
        yield OpenDemo(address=child.address, folder=folder, shop=shop)


def _running_already(folder: Path) -> str:
    text = _("The demo shop in {folder} is open already. Close it first, or name another with --data-dir.")
    return text.format(folder=folder)


def _make(folder: Path, address: str, country: str) -> DemoShop:
    with owner_line(address, key_file(folder)) as line:
        shop, code = seed(line, address, country)
    join(folder, address, code, _("Demo till"))
    write_secret(folder / FILE, msgspec.json.encode(shop))
    return shop


def _settle(folder: Path, address: str, language: str, shop: DemoShop) -> None:
    member = load_membership(folder)
    assert member is not None, "a whole demo shop has a till"
    if member.hub != address:
        save_membership(folder, msgspec.structs.replace(member, hub=address))
    # What the environment says now is not to be written down for ever; what somebody wrote there stays.
    settings = load_settings(folder, {})
    pins = " · ".join(f"{one.name} {one.pin}" for one in shop.staff)
    kept = msgspec.structs.replace(
        settings,
        printer=f"folder://{folder / PAPER}",
        language=language or settings.language,
        sign_in_hint=f"Demo: {pins}",
    )
    save_settings(folder, kept)
    with open_to_sync(folder) as engine:
        outcome = engine.once()
    if outcome.error:
        raise StoreTrouble(outcome.error)


def orders_now(demo: OpenDemo) -> list[Order]:
    """Return the web shop's orders as the hub knows them now, by number."""
    client = OwnerClient(demo.address, demo.shop.api_key)
    try:
        return all_orders(client)
    finally:
        client.close()


def all_orders(client: OwnerClient) -> list[Order]:
    """Return every order of a hub, by number."""
    found: list[Order] = []
    after = ""
    while True:
        page = client.get("/v1/orders", Orders, limit=1000, after=after)
        found += page.orders
        after = page.next
        if not after:
            return sorted(found, key=lambda order: (len(order.number), order.number))
