"""Facts go up once and data comes down whole, whatever the line does in between."""

from collections.abc import Sequence

import pytest

from omnipos.domain.customer import CustomerDraft, Purpose
from omnipos.domain.sale import Sale
from omnipos.ports import LinkState
from omnipos.protocol import PushBatch
from omnipos.services import finding, recognising, selling, tendering
from omnipos.services.finding import ItemOffer
from omnipos.store import journal, outbox
from omnipos.store.catalogue import stock_of
from omnipos.store.connection import Connection, transaction
from sync import engine
from sync.client import HubClient
from sync.errors import Retryable
from sync.pull import Pulling, pull_all
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill
from tests.sync.portal import Portal


def sell(counter: EnrolledTill, *codes: str) -> Sale:
    """Ring up some codes and take the exact cash."""
    for code in codes:
        found = counter.till.call(finding.scanned, code)
        assert isinstance(found, ItemOffer)
        counter.till.call(selling.ring, [(found.item, found.quantity_milli)])
    paid = counter.till.call(tendering.pay_cash)
    assert paid.sale is not None
    return paid.sale


def test_a_sale_reaches_the_hub_and_the_sums_agree(counter: EnrolledTill, running_hub: HubProcess) -> None:
    before = running_hub.ask("GET", "/v1/totals?store=S1")
    first = counter.engine.once()
    assert (first.ok, first.online, first.waiting, first.error) == (True, True, 0, "")
    sale = sell(counter, "8998866200578", "8996006855893")
    outcome = counter.engine.once()
    assert (outcome.pushed, outcome.waiting) == (1, 0)
    after = running_hub.ask("GET", "/v1/totals?store=S1")
    assert after["sales"] - before["sales"] == 1
    assert after["total_minor"] - before["total_minor"] == sale.total_minor == 9500


def test_the_same_batch_twice_is_one_effect(counter: EnrolledTill, running_hub: HubProcess) -> None:
    counter.engine.once()
    sell(counter, "8998866200578")
    sent: list[PushBatch] = []
    push = counter.client.push
    counter.client.push = lambda batch: (sent.append(batch), push(batch))[1]  # type: ignore[method-assign]
    counter.engine.once()
    before = running_hub.ask("GET", "/v1/totals?store=S1")
    answer = push(sent[0])
    assert [one.outcome.value for one in answer.verdicts] == ["duplicate"]
    assert running_hub.ask("GET", "/v1/totals?store=S1") == before


def test_stock_counts_own_sales_once_before_and_after_the_hub_knows(counter: EnrolledTill) -> None:
    counter.engine.once()
    found = counter.till.call(finding.scanned, "8991002101425")
    assert isinstance(found, ItemOffer)
    product_id = found.item.product.product_id
    store = counter.store

    def on_hand() -> int:
        figure = store.call(lambda: stock_of(store.books, "store-1", product_id))
        assert figure is not None
        return figure.on_hand_milli

    start = on_hand()
    sell(counter, "8991002101425")
    assert on_hand() == start - 1000
    counter.engine.once()
    assert on_hand() == start - 1000


def test_a_customer_added_offline_is_found_before_and_after_syncing(
    counter: EnrolledTill, running_hub: HubProcess
) -> None:
    counter.engine.once()
    draft = CustomerDraft(name="Dewi Lestari", phone="0813-1111-2222", agreed=(Purpose.SERVICE,))
    added = counter.till.call(recognising.add, draft)
    assert counter.till.call(recognising.find, "081311112222") == [added]
    counter.engine.once()
    counter.engine.once()
    overlay = counter.store.call(
        lambda: counter.store.books.execute("SELECT count(*) FROM overlay_customer").fetchone()
    )
    assert overlay == (0,)
    (found,) = counter.till.call(recognising.find, "2222")
    assert (found.customer_id, found.name, found.phone) == (added.customer_id, added.name, added.phone)
    told = running_hub.ask("GET", "/v1/customers?phone=081311112222")["customers"]
    assert [one["customer_id"] for one in told] == [added.customer_id]


def test_an_overlay_goes_also_when_the_round_broke_off_behind_its_page(
    counter: EnrolledTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter.engine.once()
    draft = CustomerDraft(name="Rina", phone="0813-2222-3333", agreed=(Purpose.SERVICE,))
    counter.till.call(recognising.add, draft)

    def overlays() -> int:
        return counter.store.call(lambda: journal.count_rows(counter.store.books, "overlay_customer"))

    def break_off(mirror: Connection, pulling: Pulling, streams: Sequence[str]) -> int:
        pull_all(mirror, pulling, streams)
        raise Retryable("the line broke behind the last page")

    with monkeypatch.context() as line:
        line.setattr(engine, "pull_all", break_off)
        assert not counter.engine.once().ok
    assert overlays() == 1
    outcome = counter.engine.once()
    assert (outcome.ok, outcome.pulled, overlays()) == (True, 0, 0)


def test_selling_goes_on_while_the_hub_is_away_and_drains_when_it_is_back(
    counter: EnrolledTill, running_hub: HubProcess
) -> None:
    counter.engine.once()
    before = running_hub.ask("GET", "/v1/totals?store=S1")
    running_hub.kill()
    totals = [sell(counter, "8998866200578").total_minor for _sale in range(3)]
    away = counter.engine.once()
    assert (away.ok, away.online, away.waiting) == (False, False, 3)
    assert "Selling goes on" in away.error
    assert counter.engine.report().state is LinkState.AWAY
    running_hub.start()
    back = counter.engine.once()
    assert (back.ok, back.pushed, back.waiting) == (True, 3, 0)
    after = running_hub.ask("GET", "/v1/totals?store=S1")
    assert after["total_minor"] - before["total_minor"] == sum(totals)


def test_a_lost_answer_is_asked_again_with_the_same_bytes(
    counter: EnrolledTill, running_hub: HubProcess
) -> None:
    counter.engine.once()
    sell(counter, "8996006855893")
    push = counter.client.push

    def lose_the_answer(batch: PushBatch) -> None:
        push(batch)
        running_hub.kill()
        running_hub.start()
        counter.client.push = push  # type: ignore[method-assign]
        raise Retryable("the line broke")

    counter.client.push = lose_the_answer  # type: ignore[assignment, method-assign]
    assert counter.engine.once().waiting == 1
    assert counter.engine.once().waiting == 0
    verdict = counter.store.call(
        lambda: counter.store.books.execute("SELECT verdict FROM outbox ORDER BY seq DESC LIMIT 1").fetchone()
    )
    assert verdict == ("duplicate",)


def test_a_page_that_is_not_the_hubs_acknowledges_nothing(counter: EnrolledTill) -> None:
    counter.engine.once()
    sell(counter, "8996006855893")
    with Portal(b"<html>Welcome to the hotel</html>") as portal:
        counter.client.close()
        counter.engine._client = HubClient(portal.address)
        counter.engine._streams = ("catalogue",)
        outcome = counter.engine.once()
    assert (outcome.ok, outcome.online, outcome.waiting) == (False, False, 1)
    assert "did not come from the hub" in outcome.error
    assert counter.store.call(lambda: outbox.count_waiting(counter.store.books)).sales == 1


def test_a_hub_put_back_gets_again_what_it_had_set_aside_too(counter: EnrolledTill) -> None:
    counter.engine.once()
    sell(counter, "8998866200578")
    sell(counter, "8996006855893")
    store = counter.store

    def mark(state: str) -> None:
        with transaction(store.books):
            store.books.execute("UPDATE outbox SET state = ?", [state])

    def reopened() -> int:
        with transaction(store.books):
            outbox.reopen_after(store.books, counter.identity.epoch, 1)
        return outbox.count_waiting(store.books).events

    for state in ("acked", "quarantined"):
        store.call(lambda: mark(state))  # noqa: B023 - called before the next turn
        assert store.call(reopened) == 1


def test_a_revoked_tills_sales_are_set_aside_by_the_hub_and_not_lost(
    counter: EnrolledTill, running_hub: HubProcess
) -> None:
    counter.engine.once()
    before = running_hub.ask("GET", "/v1/totals?store=S1")
    running_hub.ask("POST", f"/v1/devices/{counter.identity.device_id}/revoke")
    sell(counter, "8998866200578")
    counter.engine._streams = None
    outcome = counter.engine.once()
    assert (outcome.ok, outcome.pushed, outcome.waiting) == (False, 1, 0)
    assert "revoked" in outcome.error
    assert running_hub.ask("GET", "/v1/totals?store=S1") == before
    verdict = counter.store.call(
        lambda: counter.store.books.execute("SELECT state FROM outbox ORDER BY seq DESC LIMIT 1").fetchone()
    )
    assert verdict == ("quarantined",)
