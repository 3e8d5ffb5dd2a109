"""What must be true: of a till at any time, and of everything once the network is good again."""

import hashlib
import sqlite3
from typing import TYPE_CHECKING

from omnipos.events import OrderHandedOver, decode_fact
from omnipos.services.verifying import verify
from tests.sim import agreement, fairness, reckoning
from tests.sim.tills import TillMachine

if TYPE_CHECKING:
    from tests.sim.world import World


def waiting(till: TillMachine) -> int:
    """Return how many events of a till wait for the hub."""
    return int(till.read().execute("SELECT count(*) FROM outbox WHERE state = 'waiting'").fetchone()[0])


def look_at_till(world: "World", till: TillMachine) -> None:
    """Check what a till must show at any time; only a running one shows anything."""
    if not till.is_on:
        return
    books = till.read()
    world.ledger.note_journal(till.till.identity.device_id, books)
    if not (till.syncing and world.ledger.forgotten):
        # In the middle of a round after a hub went back its old state shows for a moment.
        _own_steps_stay(world, till, books)
    _acknowledged_is_there(world, till, books)


def _acknowledged_is_there(world: "World", till: TillMachine, books: sqlite3.Connection) -> None:
    """What a till takes for acknowledged is in the hub's database, now."""
    last = books.execute(
        "SELECT o.epoch, o.seq, e.event_id FROM outbox o JOIN event e USING (epoch, seq)"
        " WHERE o.state <> 'waiting' ORDER BY o.epoch DESC, o.seq DESC LIMIT 1"
    ).fetchone()
    if last is None or last[2] in world.ledger.forgotten:
        return
    known = world.read_hub().execute("SELECT 1 FROM event WHERE event_id = ?", [last[2]]).fetchone()
    if known is None:
        world.violations.append(f"{till.name}: event {last[1]} counts as acknowledged and is not at the hub")


def _own_steps_stay(world: "World", till: TillMachine, books: sqlite3.Connection) -> None:
    """What was done here is shown here, before the hub knows of it, while it does, and after."""
    from omnipos.store import customers, orders

    rows = books.execute("SELECT body FROM event WHERE type = 'order_handed_over'").fetchall()
    for (body,) in rows:
        fact = decode_fact(body)
        assert isinstance(fact, OrderHandedOver)
        shown = orders.order_by_id(books, till.till.identity.device_id, fact.order_id)
        if shown is not None and shown.state.value in ("placed", "picking", "ready", "short"):
            world.violations.append(
                f"{till.name} shows {shown.number} as {shown.state} after it handed it over"
            )
    if not books.execute("SELECT 1 FROM customers.cursor").fetchone():
        return  # a mirror that was lost shows nobody until it is fetched again
    added = books.execute(
        "SELECT json_extract(e.body, '$.customer_id'), json_extract(p.body, '$.phone') FROM event e"
        " JOIN personal p USING (epoch, seq) WHERE e.type = 'customer_added'"
    ).fetchall()
    for customer_id, phone in added:
        # As an alias of another card it is known by its phone, unless somebody corrected that.
        known = customers.customer_by_id(books, customer_id) or customers.customer_by_phone(books, phone)
        if known is None and not world.ledger.risks["phone corrected"]:
            world.violations.append(f"{till.name} no longer knows the customer it added")


def all_is_well(world: "World") -> None:
    """Check everything that must be true when the network is good and all have synced."""
    hub = world.read_hub()
    hub.row_factory = sqlite3.Row
    try:
        for till in world.tills:
            books = till.read()
            world.ledger.note_journal(till.till.identity.device_id, books)
            _till_is_whole(world, till, books)
            agreement.journal_is_at_hub(world, till, books, hub)
            agreement.mirror_is_the_hubs(world, till, books, hub)
            fairness.mirror_has_the_offers(world, till, books, hub)
        agreement.hub_holds_only_what_was_done(world, hub)
        agreement.hub_adds_up(world, hub)
        fairness.prices_are_fair(world, hub)
        reckoning.money_agrees(world, hub)
    finally:
        hub.row_factory = None


def fingerprint(world: "World") -> str:
    """Return a hash of every journal's and the hub's bytes; the same seed ends with the same one."""
    found = hashlib.sha256()
    for path in [world.yard.hub_file, *(till.folder / "books.db" for till in world.tills)]:
        conn = sqlite3.dbapi2.connect(f"{path.as_uri()}?mode=ro", uri=True)
        for event_id, hashed, body in conn.execute("SELECT event_id, hash, body FROM event ORDER BY hash"):
            found.update(event_id.encode() + hashed + body)
        conn.close()
    return found.hexdigest()


def _till_is_whole(world: "World", till: TillMachine, books: sqlite3.Connection) -> None:
    (strangers,) = books.execute("SELECT count(*) FROM event WHERE type = ?", [agreement.STRANGER]).fetchone()
    findings = verify(books).findings
    unread = [one for one in findings if "cannot be read" in one]
    if len(unread) != strangers:
        world.violations.append(
            f"{till.name}: {len(unread)} events cannot be read, {strangers} were written so"
        )
    for finding in (one for one in findings if one not in unread):
        world.violations.append(f"{till.name}: {finding}")
    for table, where in (
        ("outbox", "state = 'waiting'"),
        ("overlay_order", "1"),
        ("overlay_customer", "1"),
        ("overlay_exception", "1"),
    ):
        (rows,) = books.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()
        if rows:
            reason = till.engine.report().reason
            world.violations.append(f"{till.name}: {rows} rows still stand in {table} ({reason})")
