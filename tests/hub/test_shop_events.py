"""A web shop's own journal: its sales and new customers count once, and nothing else gets in."""

from typing import Any

import msgspec
import pytest

from omnipos.domain.basket import Line
from omnipos.events import BasketVoided, CustomerAdded, PersonalCard, SaleCompleted
from omnipos.protocol import Envelope
from omnipos.signing import make_key
from tests.hub.journals import Journal, batch_of, cash_sale
from tests.hub.rig import APPLIED, DUPLICATE, QUARANTINED, RETRY, A, HubRig, RigTill, outcomes


class WebShop:
    """A web shop with its key and its journal."""

    def __init__(self, rig: HubRig, channel: str = "web") -> None:
        """Get a key."""
        self.key: str = rig.ask("POST", "/v1/api-keys", {"channel": channel})["key"]
        self.identity = RigTill(
            device_id=f"channel/{channel}",
            store_id=rig.till.store_id,
            store_code=channel.upper(),
            till_number=0,
            epoch=1,
            hub_epoch="",
            hub_key="",
            key=make_key(),
            token=self.key,
            token_at_ms=rig.now_ms,
        )
        self.journal = Journal(self.identity)


@pytest.fixture
def web(rig: HubRig) -> WebShop:
    return WebShop(rig)


def test_a_web_shops_sale_counts_once_with_its_channel_on_the_card(rig: HubRig, web: WebShop) -> None:
    rig.ask("PUT", "/v1/customers", {"customers": [{"name": "Sarah", "phone": "+6281234567890"}]})
    sarah = rig.ask("GET", "/v1/customers?q=sarah")["customers"][0]
    web.journal.sell((A, 2, 3500), customer_id=sarah["customer_id"])
    assert outcomes(rig.push(*web.journal.envelopes, till=web.identity)) == [APPLIED]
    again = rig.push(*web.journal.envelopes, till=web.identity)
    assert (outcomes(again), again.acked_through) == ([DUPLICATE], 1)
    assert rig.stock("A") == (-2000, 0)
    assert rig.ask("GET", "/v1/totals?store=S1")["total_minor"] == 7000
    (event,) = rig.ask("GET", "/v1/events", key=web.key)["events"]
    assert (event["device_id"], event["store_id"]) == ("channel/web", rig.till.store_id)
    (bought,) = rig.ask("GET", "/v1/customers?q=sarah")["customers"][0]["purchases"]
    assert (bought["channel"], bought["reference"]) == ("web", "WEB-0-000001")
    assert rig.exceptions() == []


def test_journals_of_tills_and_web_shops_stand_apart(rig: HubRig, web: WebShop) -> None:
    till, market = rig.journal(), WebShop(rig, "market")
    for journal in (till, web.journal, market.journal):
        journal.sell((A, 1, 3500))
    assert outcomes(rig.push(*till.envelopes)) == [APPLIED]
    assert outcomes(rig.push(*web.journal.envelopes, till=web.identity)) == [APPLIED]
    assert outcomes(rig.push(*market.journal.envelopes, till=market.identity)) == [APPLIED]
    assert rig.push(till=web.identity).acked_through == 1
    web.journal.sell((A, 1, 3500))
    web.journal.sell((A, 1, 3500))
    assert outcomes(rig.push(web.journal.envelopes[2], till=web.identity)) == [RETRY]
    assert outcomes(rig.push(*web.journal.envelopes[1:], till=web.identity)) == [APPLIED, APPLIED]
    assert rig.stock("A") == (-5000, 0)


def test_receipt_numbers_of_a_web_shop_are_its_own(rig: HubRig, web: WebShop) -> None:
    till, same = rig.journal(), msgspec.structs.replace(web.identity, store_code="S1", till_number=1)
    till.sell((A, 1, 3500))
    web.journal.till = same
    web.journal.sell((A, 1, 3500))
    rig.push(*web.journal.envelopes, till=web.identity)
    rig.push(*till.envelopes)
    numbers = [one["receipt_number"] for one in rig.ask("GET", "/v1/sales")["sales"]]
    assert numbers == ["S1-1-000001", "S1-1-000001"]
    assert rig.exceptions() == []


def test_a_customer_of_a_web_shop_is_added(rig: HubRig, web: WebShop) -> None:
    card = PersonalCard(name="Ayu Lestari", phone="0811-2345-6789")
    web.journal.append(CustomerAdded(customer_id="c1", personal_id="p1", consents=()), personal={"p1": card})
    assert outcomes(rig.push(*web.journal.envelopes, till=web.identity)) == [APPLIED]
    assert rig.ask("GET", "/v1/customers?q=ayu")["customers"][0]["phone"] == "+6281123456789"


def test_what_a_web_shop_may_not_write_is_quarantined_and_the_rest_counts(rig: HubRig, web: WebShop) -> None:
    line = Line(
        line_id=1, product_id=A, sku="A", name="A", quantity_milli=1000, unit_price_minor=1, tax_code="PPN"
    )
    market = WebShop(rig, "market")
    other = rig.order("M1", channel="market")
    web.journal.append(BasketVoided(basket_id="b", lines=(line,)))
    web.journal.sell((A, 1, 3500), order_id=other["order_id"])
    good = cash_sale(web.identity, 9, ((A, 1, 3500),))
    for change in (
        {"store_id": "S9"},
        {"currency": "USD"},
        {"completed_at_ms": good.completed_at_ms // 1000},
    ):
        web.journal.append(SaleCompleted(sale=msgspec.structs.replace(good, **change)))
    web.journal.append(SaleCompleted(sale=good))
    answer = rig.push(*web.journal.envelopes, till=web.identity)
    assert outcomes(answer) == [QUARANTINED] * 5 + [APPLIED]
    assert answer.acked_through == 6
    assert answer.verdicts[0].reason == "A web shop cannot write basket_voided."
    assert rig.exceptions() == ["not_allowed"] * 5
    assert rig.ask("GET", "/v1/orders/M1", key=market.key)["paid_minor"] == 0
    assert rig.ask("GET", "/v1/totals")["sales"] == 1


def _with_stray_field(rig: HubRig, web: WebShop, place: str) -> bytes:
    fact: dict[str, Any] = {
        "type": "sale_completed",
        "sale": msgspec.to_builtins(cash_sale(web.identity, 1, ((A, 1, 3500),))),
    }
    at = {"fact": fact, "sale": fact["sale"], "line": fact["sale"]["lines"][0]}
    at.get(place, {})["haggled"] = 1
    envelope = web.journal.append(body=msgspec.json.encode(fact), kind="sale_completed")
    sent = msgspec.json.decode(msgspec.json.encode(envelope)) | (
        {"haggled": 1} if place == "envelope" else {}
    )
    return msgspec.json.encode({"events": [sent]})


@pytest.mark.parametrize("place", ["envelope", "fact", "sale", "line", "nowhere"])
def test_a_field_that_would_be_overlooked_is_told(rig: HubRig, web: WebShop, place: str) -> None:
    answer = rig.ask("POST", "/v1/events", _with_stray_field(rig, web, place), key=web.key)
    (verdict,) = answer["verdicts"]
    if place == "nowhere":
        assert verdict["outcome"] == "applied"
        return
    assert verdict["outcome"] == "quarantined"
    assert verdict["reason"] == "There is no field haggled in such an event."
    assert rig.ask("GET", "/v1/totals")["sales"] == 0


def test_a_batch_of_a_web_shop_holds_nothing_but_events(rig: HubRig, web: WebShop) -> None:
    web.journal.sell((A, 1, 3500))
    envelopes: list[Envelope] = web.journal.envelopes
    more = batch_of(envelopes)[:-1] + b',"more":1}'
    assert rig.refused("POST", "/v1/events", more, key=web.key) == (400, "json")
    assert rig.push(till=web.identity).acked_through == 0
