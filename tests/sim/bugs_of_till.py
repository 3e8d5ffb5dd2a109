"""Planted bugs of the till: its journal, outbox, counters, mirror and overlays."""

from typing import Any

import msgspec

from omnipos.locale import _
from omnipos.protocol import Outcome, Page, PushAnswer, PushBatch, Verdict
from omnipos.store import catalogue, journal, mirror, outbox
from omnipos.store.connection import Connection, Mirror, Store, transaction
from sync import push
from sync.access import DevicePass
from sync.client import HubClient
from sync.errors import Retryable, Unsettled
from sync.pull import Pulling
from tests.sim.bugs import bug, needs
from tests.sim.sandbox import SimConnection


@bug
@needs(line_trouble=0.5)
def verdict_before_the_answer() -> dict[str, Any]:
    next_batch = push._next_batch

    def eager(store: Store, *most: int) -> Any:
        batch = next_batch(store, *most)
        with transaction(store.books):
            for raw in batch:
                sent = msgspec.json.decode(raw)
                store.books.execute(
                    "UPDATE outbox SET state = 'acked' WHERE epoch = ? AND seq = ?",
                    (sent["epoch"], sent["seq"]),
                )
        return batch

    return {"sync.push._next_batch": eager}


@bug
@needs(crashes=0.5)
def outbox_row_in_another_transaction() -> dict[str, Any]:
    append, execute = journal.append, SimConnection.execute

    def forgetful(db: Any, stamp: Any, fact: Any) -> Any:
        event = append(db, stamp, fact)
        place = (event.header.epoch, event.header.seq)
        execute(db, "DELETE FROM outbox WHERE epoch = ? AND seq = ?", place)
        db.owed = [*getattr(db, "owed", []), place]
        return event

    def late(db: Any, statement: str, *args: Any) -> Any:
        result = execute(db, statement, *args)
        if statement in ("COMMIT", "ROLLBACK"):
            owed, db.owed = getattr(db, "owed", []), []
            for place in owed if statement == "COMMIT" else ():
                execute(db, "INSERT INTO outbox (epoch, seq, state) VALUES (?, ?, 'waiting')", place)
        return result

    return {
        "omnipos.store.journal.append": forgetful,
        "tests.sim.sandbox.SimConnection.execute": late,
    }


@bug
@needs(till_restores=0.5, hub_restores=0.0, clones=0.0)
def restore_begins_no_epoch() -> dict[str, Any]:
    return {"tests.sim.tills.begin_restored": lambda _db, _clock: None}


@bug
@needs(till_restores=0.5, hub_restores=0.0)
def receipt_counter_reset_by_restore() -> dict[str, Any]:
    from omnipos.services.epochs import begin_restored

    def reset(db: Connection, clock: Any) -> Any:
        db.execute("UPDATE counter SET value = 0 WHERE name = 'receipt'")
        return begin_restored(db, clock)

    return {"tests.sim.tills.begin_restored": reset}


@bug
@needs(crashes=0.5, disk_trouble=0.5)
def cursor_committed_before_its_page() -> dict[str, Any]:
    def early(whole: Mirror, page: Page) -> None:
        mirror.apply_page(whole, msgspec.structs.replace(page, changes=()))
        with transaction(whole.of(page.stream)):
            mirror._apply(whole.of(page.stream), page.stream, page.changes)

    return {"sync.pull.apply_page": early}


@bug
def must_refetch_ignored() -> dict[str, Any]:
    def trusting(db: Mirror, pulling: Pulling, stream: str, cursor: str) -> int:
        applied = 0
        while True:
            page = pulling.fetch(stream, cursor)
            if page.must_refetch:
                return applied
            mirror.apply_page(db, page)
            applied, cursor = applied + len(page.changes), page.cursor
            if page.upto >= page.head:
                return applied

    return {"sync.pull._pull": trusting}


@bug
@needs(price_changes=1.0)
def tombstones_ignored() -> dict[str, Any]:
    def no_deletion(_db: Connection, _stream: str, _keys: list[str]) -> None:
        return None

    return {"omnipos.store.mirror._delete": no_deletion, "omnipos.mirroring.applying._delete": no_deletion}


@bug
def applied_through_ignored() -> dict[str, Any]:
    apply_page = mirror._apply_page

    def forgetful(db: Connection, page: Page) -> None:
        apply_page(db, msgspec.structs.replace(page, applied_epoch=0, applied_seq=0))

    return {"omnipos.store.mirror._apply_page": forgetful}


@bug
def own_movements_subtracted_twice() -> dict[str, Any]:
    stock_of = catalogue.stock_of

    def twice(db: Connection, store_id: str, product_id: str) -> Any:
        figure = stock_of(db, store_id, product_id)
        (own,) = db.execute(
            "SELECT coalesce(sum(quantity_milli), 0) FROM stock_movement WHERE product_id = ?", [product_id]
        ).fetchone()
        return figure and msgspec.structs.replace(figure, on_hand_milli=figure.on_hand_milli + own)

    return {"omnipos.store.catalogue.stock_of": twice}


@bug
def overlay_dropped_too_early() -> dict[str, Any]:
    def all_of_them(db: Connection) -> None:
        db.execute("DELETE FROM overlay_order")
        db.execute("DELETE FROM overlay_customer")

    return {"omnipos.store.orders.drop_shown_overlays": all_of_them}


@bug
def overlay_never_dropped() -> dict[str, Any]:
    return {"omnipos.store.orders.drop_shown_overlays": lambda _db: None}


def _with_outcome(verdict: Verdict, old: Outcome, new: Outcome) -> Verdict:
    return msgspec.structs.replace(verdict, outcome=new) if verdict.outcome is old else verdict


@bug
@needs(strangers=0.2)
def quarantine_blocks_the_queue() -> dict[str, Any]:
    record = outbox.record_verdicts

    def stuck(db: Connection, verdicts: tuple[Verdict, ...]) -> None:
        record(db, tuple(_with_outcome(one, Outcome.QUARANTINED, Outcome.RETRY) for one in verdicts))

    def told(store: Store, answer: PushAnswer) -> None:
        with transaction(store.books):
            stuck(store.books, answer.verdicts)
        if any(one.outcome is Outcome.QUARANTINED for one in answer.verdicts):
            raise Unsettled("quarantined")

    return {"sync.push._record": told}


@bug
@needs(line_trouble=0.5)
def a_portals_page_is_an_acknowledgement() -> dict[str, Any]:
    send = HubClient.push

    def believing(client: HubClient, batch: PushBatch) -> PushAnswer:
        try:
            return send(client, batch)
        except Retryable as trouble:
            if str(trouble) != _("the answer did not come from the hub"):
                raise
        sent = [msgspec.json.decode(raw) for raw in batch.events]
        verdicts = [
            Verdict(epoch=one["epoch"], seq=one["seq"], event_id=one["event_id"], outcome=Outcome.APPLIED)
            for one in sent
        ]
        return PushAnswer(verdicts=tuple(verdicts), acked_through=verdicts[-1].seq)

    note_head = push.note_head

    def unsigned(store: Store, client: HubClient, head: Any) -> None:
        if head is not None:
            note_head(store, client, head)

    return {"sync.client.HubClient.push": believing, "sync.push.note_head": unsigned}


@bug
@needs(token_life_ms=20_000)
def an_ended_token_is_kept() -> dict[str, Any]:
    def first(device: DevicePass, ask: Any) -> str:
        if not device._token:
            device._renew(ask)
        return device._token

    return {"sync.access.DevicePass.token": first, "sync.access.DevicePass.drop": lambda _pass, _token: None}


@bug
def a_restored_hub_gets_nothing_again() -> dict[str, Any]:
    return {"omnipos.store.outbox.reopen_after": lambda _db, _epoch, _seq: None}


@bug
def personal_records_left_out() -> dict[str, Any]:
    return {"omnipos.store.journal.personal_of": lambda _db, _header: {}}


@bug
def hand_over_moves_no_stock_in_the_books() -> dict[str, Any]:
    return {"omnipos.services.collecting.hand_over_movements": lambda _lines, _store_id: ()}


@bug
@needs(disk_trouble=0.5)
def disk_error_taken_for_success() -> dict[str, Any]:
    executemany = SimConnection.executemany

    def blind(db: Any, statement: str, *args: Any) -> Any:
        import sqlite3

        try:
            return executemany(db, statement, *args)
        except sqlite3.OperationalError:
            return db.cursor()

    return {"tests.sim.sandbox.SimConnection.executemany": blind}
