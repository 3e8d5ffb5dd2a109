"""Pushing events: each counts once, bad ones stand aside, the queue moves on."""

import gzip

import msgspec
import pytest

from omnipos.domain.basket import Line
from omnipos.domain.saving import Saving, SavingKind
from omnipos.events import LineVoided, SaleCompleted, encode_fact
from omnipos.protocol import Envelope
from tests.hub.journals import batch_of, cash_sale, zipped
from tests.hub.rig import APPLIED, DUPLICATE, QUARANTINED, RETRY, A, B, HubRig, outcomes


def changed(envelope: Envelope, **changes: object) -> Envelope:
    return msgspec.structs.replace(envelope, **changes)


def test_sale_reaches_stock_totals_and_the_list_of_sales(rig: HubRig) -> None:
    journal = rig.journal()
    sale = journal.sell((A, 3, 3500), (B, 2, 6000), given_minor=50_000)
    answer = rig.push(*journal.envelopes)
    assert outcomes(answer) == [APPLIED]
    assert answer.acked_through == 1
    assert rig.stock("A") == (-3000, 0)
    assert rig.stock("B") == (-2000, 0)
    assert rig.ask("GET", "/v1/totals?store=S1") == {
        "sales": 1,
        "total_minor": 22_500,
        "cash_minor": 50_000,
        "card_minor": 0,
        "online_minor": 0,
        "change_minor": 27_500,
        "rounding_minor": 0,
        "tax_minor": sale.tax_minor,
        "saved_minor": 0,
    }
    listed = rig.ask("GET", "/v1/sales")
    assert [one["receipt_number"] for one in listed["sales"]] == ["S1-1-000001"]
    assert listed["sales"][0]["flags"] == ""
    assert rig.exceptions() == []


def test_the_same_batch_twice_is_one_effect(rig: HubRig) -> None:
    journal = rig.journal()
    for _number in range(3):
        journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes)
    again = rig.push(*journal.envelopes)
    assert outcomes(again) == [DUPLICATE] * 3
    assert again.acked_through == 3
    assert rig.ask("GET", "/v1/totals")["sales"] == 3
    assert rig.stock("A") == (-3000, 0)


def test_the_same_event_twice_in_one_batch_counts_once(rig: HubRig) -> None:
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    assert outcomes(rig.push(journal.envelopes[0], journal.envelopes[0])) == [APPLIED, DUPLICATE]
    assert rig.stock("A") == (-1000, 0)


def test_other_bytes_at_the_same_place_never_overwrite(rig: HubRig) -> None:
    journal, other = rig.journal(), rig.journal()
    journal.sell((A, 1, 3500))
    other.sell((A, 9, 3500))
    rig.push(*journal.envelopes)
    for _time in range(2):
        answer = rig.push(*other.envelopes)
        assert outcomes(answer) == [QUARANTINED]
        assert answer.acked_through == 1
    assert rig.stock("A") == (-1000, 0)
    assert rig.exceptions() == ["same_key_other_bytes"]


def test_other_bytes_under_the_same_id_take_their_place_unapplied(rig: HubRig) -> None:
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    journal.sell((A, 1, 3500))
    journal.envelopes[1] = changed(journal.envelopes[1], event_id=journal.envelopes[0].event_id)
    journal.sell((B, 1, 6000))
    answer = rig.push(*journal.envelopes)
    assert outcomes(answer) == [APPLIED, QUARANTINED, APPLIED]
    assert answer.acked_through == 3
    assert rig.exceptions() == ["same_key_other_bytes"]
    assert outcomes(rig.push(*journal.envelopes)) == [DUPLICATE, QUARANTINED, DUPLICATE]


def test_a_gap_is_to_be_sent_again_and_applies_nothing(rig: HubRig) -> None:
    journal = rig.journal()
    for _number in range(4):
        journal.sell((A, 1, 3500))
    first, _second, third, fourth = journal.envelopes
    answer = rig.push(first, third, fourth)
    assert outcomes(answer) == [APPLIED, RETRY, RETRY]
    assert answer.acked_through == 1
    assert outcomes(rig.push(*journal.envelopes)) == [DUPLICATE, APPLIED, APPLIED, APPLIED]


def test_unknown_facts_are_kept_raw_and_later_sales_flow(rig: HubRig) -> None:
    journal = rig.journal()
    journal.append(body=b'{"type":"drawer_kicked","by":"Sari"}', kind="drawer_kicked")
    journal.append(body=b'{"type":"paper_reprinted","receipt_number":7}', kind="paper_reprinted")
    journal.append(body=b'{"type":"paper_reprinted","receipt_number":"1"}', kind="sale_completed")
    journal.sell((A, 1, 3500))
    answer = rig.push(*journal.envelopes)
    assert outcomes(answer) == [QUARANTINED, QUARANTINED, QUARANTINED, APPLIED]
    assert answer.acked_through == 4
    kept = rig.ask("GET", "/v1/events")["events"]
    assert kept[0]["body"] == {"type": "drawer_kicked", "by": "Sari"}
    assert [one["outcome"] for one in kept] == ["quarantined"] * 3 + ["applied"]
    assert rig.exceptions() == ["unknown_fact"] * 3


def test_an_unknown_field_sets_one_event_aside_and_a_left_out_default_none(rig: HubRig) -> None:
    journal = rig.journal()
    sale = msgspec.json.decode(encode_fact(SaleCompleted(sale=cash_sale(rig.till, 1, ((A, 1, 3500),)))))
    sale["sale"]["lines"][0]["haggled"] = 5
    journal.append(body=msgspec.json.encode(sale), kind="sale_completed")
    known = msgspec.json.decode(encode_fact(SaleCompleted(sale=cash_sale(rig.till, 2, ((A, 1, 3500),)))))
    known["sale"]["customer_id"] = ""
    journal.append(body=msgspec.json.encode(known), kind="sale_completed")
    answer = rig.push(*journal.envelopes)
    assert outcomes(answer) == [QUARANTINED, APPLIED]
    assert answer.verdicts[0].reason == "There is no field haggled in such an event."
    assert rig.ask("GET", "/v1/events")["events"][0]["body"] == sale


def test_an_envelope_with_unknown_fields_keeps_its_place(rig: HubRig) -> None:
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    journal.sell((A, 1, 3500))
    strange = {"epoch": 1, "seq": 1, "event_id": "strange", "hash": journal.envelopes[0].hash}
    body = msgspec.json.encode({"events": [strange, journal.envelopes[1]]})
    answer = rig.ask("POST", "/v1/events", body, key=rig.till.token)
    assert [one["outcome"] for one in answer["verdicts"]] == ["quarantined", "applied"]
    assert answer["acked_through"] == 2


def test_an_altered_body_breaks_its_hash_and_only_its_own_event(rig: HubRig) -> None:
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    journal.sell((A, 1, 3500))
    forged = bytes(journal.envelopes[0].body).replace(b"3500", b"1500")
    answer = rig.push(changed(journal.envelopes[0], body=msgspec.Raw(forged)), journal.envelopes[1])
    assert outcomes(answer) == [QUARANTINED, APPLIED]
    assert rig.exceptions() == ["hash_broken"]
    assert rig.ask("GET", "/v1/totals")["total_minor"] == 3500


def test_a_break_in_the_chain_is_found(rig: HubRig) -> None:
    journal, other = rig.journal(), rig.journal()
    journal.sell((A, 1, 3500))
    other.sell((B, 1, 6000))
    other.sell((B, 1, 6000))
    answer = rig.push(journal.envelopes[0], other.envelopes[1])
    assert outcomes(answer) == [APPLIED, QUARANTINED]
    assert rig.exceptions() == ["hash_broken"]


def test_a_sale_of_an_unknown_product_is_kept_and_flagged(rig: HubRig) -> None:
    journal = rig.journal()
    journal.sell(("nobody-knows", 1, 1000), customer_id="nobody")
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED]
    assert rig.ask("GET", "/v1/sales")["sales"][0]["flags"] == "product_unknown,customer_unknown"


def test_one_event_that_cannot_be_applied_does_not_stop_its_batch(rig: HubRig) -> None:
    journal = rig.journal()
    sale = journal.sell((A, 1, 3500))
    journal.append(SaleCompleted(sale=sale))
    journal.sell((B, 1, 6000))
    answer = rig.push(*journal.envelopes)
    assert outcomes(answer) == [APPLIED, QUARANTINED, APPLIED]
    assert rig.exceptions() == ["event_failed"]
    assert rig.stock("A") == (-1000, 0)
    assert rig.stock("B") == (-1000, 0)
    assert rig.ask("GET", "/v1/totals")["total_minor"] == 9500
    assert rig.pull(f"stock/{rig.till.store_id}").head == 2


def test_a_sale_of_another_store_is_not_booked(rig: HubRig) -> None:
    journal = rig.journal()
    journal.till = msgspec.structs.replace(rig.till, store_id="elsewhere")
    journal.sell((A, 1, 3500))
    assert outcomes(rig.push(*journal.envelopes)) == [QUARANTINED]
    assert rig.ask("GET", "/v1/totals")["sales"] == 0


def test_voids_are_kept_as_events(rig: HubRig) -> None:
    journal = rig.journal()
    line = Line(
        line_id=1, product_id=A, sku="A", name="A", quantity_milli=1000, unit_price_minor=1, tax_code="PPN"
    )
    journal.append(LineVoided(basket_id="b", line=line))
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED]
    assert rig.ask("GET", "/v1/events")["events"][0]["type"] == "line_voided"


@pytest.mark.parametrize(
    "body",
    [
        b'{"type":"paper_reprinted","receipt_number":"a\\u0000b"}',
        b'{"type":"order_picked","order_id":"o","line_id":"1","quantity_milli":99999999999999999999}',
    ],
)
def test_values_no_database_holds_are_quarantined(rig: HubRig, body: bytes) -> None:
    journal = rig.journal()
    kind = body.split(b'"')[3].decode()
    journal.append(body=body, kind=kind)
    assert outcomes(rig.push(*journal.envelopes)) == [QUARANTINED]


def test_gzip_is_understood(rig: HubRig) -> None:
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    answer = rig.client.post(
        "/v1/events",
        content=zipped(batch_of(journal.envelopes)),
        headers={"Authorization": f"Bearer {rig.till.token}", "Content-Encoding": "gzip"},
    )
    assert answer.status_code == 200
    assert answer.json()["acked_through"] == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (gzip.compress(b"0" * (64 << 20), mtime=0), 413),
        (gzip.compress(b" " * (512 << 10), mtime=0), 413),
        (gzip.compress(b'{"events":[]}', mtime=0)[:-4], 400),
        (gzip.compress(b'{"events":[]}', mtime=0) + b"more", 400),
        (b"not gzip", 400),
    ],
    ids=["64 MiB", "too tight", "cut", "more behind", "not gzip"],
)
def test_bad_gzip_is_refused_whole(rig: HubRig, body: bytes, status: int) -> None:
    headers = {"Authorization": f"Bearer {rig.till.token}", "Content-Encoding": "gzip"}
    answer = rig.client.post("/v1/events", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"<html>", 400),
        (b'{"events":{}}', 400),
        (b'{"events":[' + b"[" * 40 + b"]" * 40 + b"]}", 400),
        (b'{"events":[' + b"[" * 100_000 + b"]" * 100_000 + b"]}", 400),
        (b'{"events":[' + b"1," * 500 + b"1]}", 413),
        (b'{"events":["' + b"x" * (1 << 20) + b'"]}', 413),
    ],
    ids=["empty", "html", "no list", "deep", "very deep", "501 events", "too long"],
)
def test_what_is_no_batch_is_refused(rig: HubRig, body: bytes, status: int) -> None:
    assert rig.refused("POST", "/v1/events", body, key=rig.till.token)[0] == status
    assert rig.ask("GET", "/v1/events")["events"] == []


def test_brackets_inside_strings_are_not_depth(rig: HubRig) -> None:
    journal = rig.journal()
    journal.append(
        body=msgspec.json.encode({"type": "paper_reprinted", "receipt_number": '[{"' * 50}),
        kind="paper_reprinted",
    )
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED]


def test_an_event_that_is_no_text_is_kept_aside_and_can_be_listed(rig: HubRig) -> None:
    body = b'{"events":[{"epoch":1,"seq":1,"event_id":"e","x":"\xff"},"\xff"]}'
    answer = rig.ask("POST", "/v1/events", body, key=rig.till.token)
    assert [one["outcome"] for one in answer["verdicts"]] == ["quarantined", "quarantined"]
    assert rig.ask("GET", "/v1/exceptions")["exceptions"][0]["kind"] == "unreadable_event"
    rig.ask("GET", "/v1/events")


def test_a_till_that_became_another_sends_again_what_it_has_not_archived(rig: HubRig) -> None:
    journal = rig.journal()
    for _number in range(3):
        journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes)
    other = rig.enrol()
    assert outcomes(rig.push(journal.envelopes[2], till=other)) == [DUPLICATE]
    journal.sell((A, 1, 3500))
    assert outcomes(rig.push(journal.envelopes[3], till=other)) == [APPLIED]
    stranger, third = rig.journal(), rig.enrol()
    for _number in range(3):
        stranger.sell((B, 1, 6000))
    assert outcomes(rig.push(stranger.envelopes[2], till=third)) == [RETRY]
    assert rig.stock("A") == (-4000, 0)


def test_what_was_saved_is_counted_in_the_totals_and_stands_with_the_sale(rig: HubRig) -> None:
    journal = rig.journal()
    journal.sell((B, 1, 6000))
    sale = cash_sale(journal.till, 2, ((A, 1, 3500),))
    half = Saving(kind=SavingKind.PROMOTION, name="half", amount_minor=3500)
    dearer = msgspec.structs.replace(sale.lines[0], amount_minor=7000, savings=(half,))
    journal.append(SaleCompleted(sale=msgspec.structs.replace(sale, lines=(dearer,))))
    rig.push(*journal.envelopes)
    totals = rig.ask("GET", "/v1/totals")
    assert (totals["sales"], totals["total_minor"], totals["saved_minor"]) == (2, 9500, 3500)
    assert [one["saved_minor"] for one in rig.ask("GET", "/v1/sales")["sales"]] == [0, 3500]
    assert rig.exceptions() == []
