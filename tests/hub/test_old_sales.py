"""Sales of an old system at the hub: each once, counted, on the customer's card, moving nothing."""

from typing import Any

import msgspec
import pytest

from omnipos.domain.sale import adds_up
from omnipos.protocol import Returnable
from tests.hub.journals import AT_MS
from tests.hub.rig import A, HubRig

DAY_MS = 24 * 60 * 60_000


def sale(number: str = "OLD-1", **more: Any) -> dict[str, Any]:
    """Two Indomie for 7,000, paid with 10,000 in cash."""
    line = {"sku": "A", "name": "Indomie", "quantity": 2, "unit_price_minor": 3500, "tax_rate_ppm": 110_000}
    cash = [{"kind": "cash", "amount_minor": 10_000}, {"kind": "cash", "amount_minor": -3_000}]
    return {"number": number, "at": AT_MS - DAY_MS, "lines": [line], "tenders": cash} | more


def put(rig: HubRig, *sales: dict[str, Any]) -> dict[str, Any]:
    written: dict[str, Any] = rig.ask("PUT", "/v1/old-sales", {"sales": sales})
    return written


def test_a_sale_is_there_with_its_mark_and_moves_nothing(rig: HubRig) -> None:
    said = put(rig, sale(), sale("OLD-2", tenders=[{"kind": "card", "amount_minor": 7_000}]))
    assert said == {
        "sales": 2,
        "lines": 2,
        "total_minor": 14_000,
        "tenders": {"cash": 7_000, "card": 7_000},
        "skipped": 0,
        "unknown_customers": 0,
        "problems": [],
    }
    first, second = rig.ask("GET", "/v1/sales")["sales"]
    assert (first["receipt_number"], first["device_id"], first["till_number"]) == ("OLD-1", "import", 0)
    assert (first["completed_at_ms"], first["currency"], first["flags"]) == (AT_MS - DAY_MS, "IDR", "")
    assert (first["cash_minor"], first["change_minor"], second["card_minor"]) == (10_000, 3_000, 7_000)
    assert first["number"] < second["number"]
    totals = rig.ask("GET", "/v1/totals?store=S1")
    assert (totals["sales"], totals["total_minor"]) == (2, 14_000)
    assert rig.stock("A") == (0, 0)
    assert rig.exceptions() == []


def test_it_counts_on_its_own_day_as_the_shop_has_it(rig: HubRig) -> None:
    last, first = "2024-02-29T23:59:59", "2024-03-01T00:00:00"
    put(rig, sale("OLD-1", at=last), sale("OLD-2", at=first), sale("OLD-3", at="2024-03-31T23:59:59"))

    def sales_of(days: str) -> int:
        return int(rig.ask("GET", f"/v1/totals?{days}")["sales"])

    assert sales_of("first_day=2024-03-01&last_day=2024-03-31") == 2
    assert sales_of("store=S1&last_day=2024-02-29") == 1
    assert sales_of("first_day=2024-03-01") == 2
    assert sales_of("first_day=2024-03-02&last_day=2024-03-30") == 0
    for wrong in ("0001-01-01", "9999-12-31", "soon"):
        assert rig.refused("GET", f"/v1/totals?last_day={wrong}") == (400, "request")


def test_the_same_again_adds_nothing(rig: HubRig) -> None:
    put(rig, sale())
    again = put(rig, sale(), sale())
    assert (again["sales"], again["skipped"], again["problems"]) == (0, 2, [])
    assert put(rig, sale("OLD-2"), sale("OLD-2"))["skipped"] == 1
    assert len(rig.ask("GET", "/v1/sales")["sales"]) == 2


def test_another_sale_of_a_known_number_is_told_and_the_first_stays(rig: HubRig) -> None:
    put(rig, sale())
    other = sale(tenders=[{"kind": "card", "amount_minor": 7_000}])
    said = put(rig, other)
    assert (said["sales"], said["skipped"]) == (0, 0)
    assert said["problems"] == [
        {"row": 0, "detail": "Sale OLD-1 is there already, and not the same. The one that is there stays."}
    ]
    assert rig.ask("GET", "/v1/totals")["cash_minor"] == 10_000


def test_one_bad_sale_costs_no_other(rig: HubRig) -> None:
    wrong = sale("OLD-2", tenders=[{"kind": "cash", "amount_minor": 7_500}])
    late = sale("OLD-3", at=AT_MS + DAY_MS)
    right_later = sale("OLD-2")
    said = put(rig, sale(), wrong, late, right_later)
    assert said["sales"] == 2
    assert [(one["row"], one["detail"]) for one in said["problems"]] == [
        (1, "tenders 7.500, lines 7.000: 500 differ"),
        (2, "Its time, 2026-11-22T17:00:00+07:00, lies in the future."),
    ]


def test_the_customers_card_shows_it_without_points(rig: HubRig) -> None:
    rig.ask("PUT", "/v1/customers", {"customers": [{"name": "Sarah", "phone": "0812-3456-7890"}]})
    said = put(
        rig,
        sale(customer_phone="081234567890"),
        sale("OLD-2", customer_phone="0899-0000-1111"),
        sale("OLD-3", customer_phone="not a phone"),
        sale("OLD-4", customer_phone=""),
    )
    assert (said["sales"], said["unknown_customers"]) == (4, 2)
    (card,) = rig.ask("GET", "/v1/customers?phone=081234567890")["customers"]
    assert card["points"] == 0
    assert card["purchases"] == [
        {
            "at_ms": AT_MS - DAY_MS,
            "channel": "S1",
            "reference": "OLD-1",
            "total_minor": 7_000,
            "summary": "Indomie",
        }
    ]
    sold = rig.ask("GET", "/v1/sales")["sales"]
    assert [one["customer_id"] for one in sold] == [card["customer_id"], "", "", ""]


def test_a_till_finds_it_by_its_number_and_by_its_customer(rig: HubRig) -> None:
    rig.ask("PUT", "/v1/customers", {"customers": [{"name": "Sarah", "phone": "0812-3456-7890"}]})
    put(rig, sale("old/1", customer_phone="0812-3456-7890"), sale("OLD-2"))
    row, _other = rig.ask("GET", "/v1/sales")["sales"]
    token = rig.token_of(rig.till)
    for asked in ("number=old/1", f"customer={row['customer_id']}"):
        answer = rig.ask("GET", f"/v1/returnable?{asked}", key=token)
        (found,) = msgspec.convert(answer, Returnable).sales
        kept = found.sale
        assert adds_up(kept)
        assert (kept.receipt_number, kept.total_minor, kept.tax_minor) == ("old/1", 7_000, 694)
        (line,) = found.lines
        assert (line.line.product_id, line.left_milli, line.line.tax_code) == (A, 2000, "PPN")


def test_a_tills_receipt_of_the_same_number_is_no_second_use(rig: HubRig) -> None:
    journal = rig.journal()
    sold = journal.sell((A, 1, 3500))
    put(rig, sale(sold.receipt_number))
    rig.push(*journal.envelopes)
    assert [one["flags"] for one in rig.ask("GET", "/v1/sales")["sales"]] == ["", ""]


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"sales": [], "store_code": "NONE"}, (422, "store_unknown")),
        ({"sales": [sale(lines="none")]}, (400, "request")),
        ({"sales": [sale(what=1)]}, (400, "request")),
    ],
)
def test_what_is_no_request_is_refused_whole(
    rig: HubRig, body: dict[str, Any], refused: tuple[int, str]
) -> None:
    assert rig.refused("PUT", "/v1/old-sales", body) == refused
    key = rig.ask("POST", "/v1/api-keys", {"channel": "web"})["key"]
    assert rig.refused("PUT", "/v1/old-sales", {"sales": []}, key=key) == (403, "forbidden")
