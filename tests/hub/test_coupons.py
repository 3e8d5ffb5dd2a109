"""Coupons at the hub: given out, counted by the sales that use them, never one code for two things."""

from typing import Any

import msgspec

from hub.auth import CODE_LETTERS
from hub.promotions import promotion_id_of
from omnipos.domain.promotions.promotion import Coupon
from omnipos.events import SaleCompleted
from tests.hub.journals import AT_MS, Journal
from tests.hub.rig import APPLIED, A, HubRig, outcomes

TEN = {"code": "TEN", "name": "Ten off", "reward": {"type": "percent", "rate_ppm": 100_000}}
ID = promotion_id_of("TEN")


def promote(rig: HubRig) -> None:
    """Make the promotion that the coupons open."""
    rig.ask("PUT", "/v1/promotions", {"promotions": [TEN | {"needs_coupon": True}]})


def give_out(rig: HubRig, *wishes: dict[str, Any]) -> Any:
    """Put coupons of the promotion and return the answer."""
    return rig.ask("PUT", "/v1/coupons", {"coupons": [{"promotion": "TEN"} | one for one in wishes]})


def why_not(rig: HubRig, **more: object) -> tuple[str, str]:
    """Put a coupon that is refused; return the problem's code and its sentence."""
    answer = rig.raw("PUT", "/v1/coupons", {"coupons": [{"code": "C1", "promotion": "TEN"} | more]})
    assert answer.status_code == 422, answer.text
    return answer.json()["code"], answer.json()["detail"]


def told(rig: HubRig) -> dict[str, Coupon | None]:
    """What the tills' stream says of each coupon."""
    changes = rig.pull("catalogue").changes
    return {
        one.key: one.record  # type: ignore[misc]
        for one in changes
        if one.key.startswith("coupon/")
    }


def sell_with(journal: Journal, *codes: str) -> str:
    """Append a sale that used some coupons; return its receipt number."""
    sale = journal.sell((A, 1, 3500))
    journal.envelopes.pop()
    journal.last_hash = bytes.fromhex(journal.envelopes[-1].hash if journal.envelopes else "00" * 32)
    journal.append(SaleCompleted(sale=msgspec.structs.replace(sale, coupons=codes)))
    return sale.receipt_number


def details(rig: HubRig) -> list[tuple[str, str]]:
    """The kind and the sentence of every exception."""
    return [(one["kind"], one["detail"]) for one in rig.ask("GET", "/v1/exceptions")["exceptions"]]


def test_coupons_reach_the_tills_by_their_codes(rig: HubRig) -> None:
    promote(rig)
    once, often = (
        {"code": "once-1"},
        {"code": "MANY", "most_uses": 5, "valid_from_ms": 3, "valid_until_ms": 9},
    )
    answer = give_out(rig, once, often, {"code": "EVER", "unlimited": True})
    assert answer == {"written": 3, "unchanged": 0, "warnings": []}
    assert told(rig) == {
        "coupon/ONCE-1": Coupon(code="ONCE-1", promotion_id=ID),
        "coupon/MANY": Coupon(code="MANY", promotion_id=ID, most_uses=5, valid_from_ms=3, valid_until_ms=9),
        "coupon/EVER": Coupon(code="EVER", promotion_id=ID, most_uses=0),
    }
    assert give_out(rig, once)["unchanged"] == 1


def test_what_a_coupon_cannot_be_is_refused_with_its_code(rig: HubRig) -> None:
    promote(rig)
    again = " Nothing was changed."
    assert why_not(rig, promotion="NONE") == ("promotion_unknown", "There is no promotion NONE." + again)
    assert why_not(rig, code="\u202e") == ("coupon", "Coupon '\\u202e': Its code cannot be read." + again)
    both = "Coupon C1: It has a number of uses and is without limit. Send one of the two."
    assert why_not(rig, most_uses=2, unlimited=True) == ("coupon", both + again)
    dates = "Coupon C1: It ends before it begins. Check its dates."
    assert why_not(rig, valid_from_ms=9, valid_until_ms=9) == ("coupon", dates + again)
    assert rig.refused(
        "PUT", "/v1/coupons", {"coupons": [{"code": "X", "promotion": "TEN", "most_uses": 0}]}
    ) == (
        400,
        "request",
    )
    assert told(rig) == {}


def test_a_code_is_a_coupon_or_a_product_and_never_both(rig: HubRig) -> None:
    promote(rig)
    goods = {
        "sku": "Tea",
        "name": "Tea",
        "price_minor": 1,
        "tax_code": "PPN",
        "plu": "77",
        "barcodes": [{"code": "08998866200578"}],
    }
    rig.ask("PUT", "/v1/products", {"products": [goods]})
    for code in ("a", "77", "8998866200578", "Tea"):
        assert why_not(rig, code=code) == (
            "coupon_is_product",
            f"Coupon {code.upper()}: A product has this code as its barcode, PLU or SKU."
            " Choose another one. Nothing was changed.",
        )


def test_a_product_cannot_take_the_code_of_a_coupon(rig: HubRig) -> None:
    promote(rig)
    give_out(rig, {"code": "SAVE-10"}, {"code": "8998866200578"})
    head = rig.pull("catalogue").head
    tea = {"sku": "TEA", "name": "Tea", "price_minor": 1, "tax_code": "PPN"}
    for more, code in (
        ({"sku": "Save-10"}, "SAVE-10"),
        ({"plu": "save-10"}, "SAVE-10"),
        ({"barcodes": [{"code": "08998866200578"}]}, "8998866200578"),
    ):
        wish = tea | more
        answer = rig.raw("PUT", "/v1/products", {"products": [wish]})
        assert (answer.status_code, answer.json()["code"]) == (422, "product_is_coupon")
        sentence = f"Product {wish['sku']} has the code of coupon {code}. Nothing was changed."
        assert answer.json()["detail"] == sentence
    assert rig.pull("catalogue").head == head
    rig.ask("PUT", "/v1/products", {"products": [tea]})


def test_a_code_may_hold_a_slash_and_is_no_longer_than_a_till_reads(rig: HubRig) -> None:
    promote(rig)
    give_out(rig, {"code": "A/B"})
    assert rig.ask("GET", "/v1/coupons/a/b")["code"] == "A/B"
    assert rig.ask("DELETE", "/v1/coupons/A%2FB") == {"code": "A/B"}
    assert told(rig) == {"coupon/A/B": None}
    give_out(rig, {"code": "X" * 60})
    assert why_not(rig, code="X" * 61)[1].endswith("at most 60 characters. Nothing was changed.")


def test_generated_codes_are_many_and_long(rig: HubRig) -> None:
    promote(rig)
    wish = {"promotion": "TEN", "count": 5000, "prefix": "hari-", "most_uses": 2}
    codes = rig.ask("POST", "/v1/coupons/generate", wish)["codes"]
    assert len(set(codes)) == 5000
    assert all(code.startswith("HARI-") and len(code) == 17 for code in codes)
    assert set("".join(code.removeprefix("HARI-") for code in codes)) == set(CODE_LETTERS)
    shown = rig.ask("GET", f"/v1/coupons/{codes[0]}")
    assert (shown["promotion"], shown["most_uses"], shown["used"], shown["uses"]) == ("TEN", 2, 0, [])
    first = rig.ask("GET", "/v1/coupons?promotion=TEN&limit=1000")
    assert [one["code"] for one in first["coupons"]] == sorted(codes)[:1000]
    assert first["next"] == sorted(codes)[999]
    assert rig.refused("POST", "/v1/coupons/generate", wish | {"promotion": "NONE"}) == (
        422,
        "promotion_unknown",
    )


def test_a_deleted_coupon_leaves_the_tills_and_remembers_its_uses(rig: HubRig) -> None:
    promote(rig)
    give_out(rig, {"code": "C1", "most_uses": 3})
    journal = rig.journal()
    sell_with(journal, "C1")
    rig.push(*journal.envelopes)
    assert rig.ask("DELETE", "/v1/coupons/c1") == {"code": "C1"}
    assert rig.refused("DELETE", "/v1/coupons/C1") == (404, "not_found")
    assert rig.refused("GET", "/v1/coupons/C1") == (404, "not_found")
    assert told(rig) == {"coupon/C1": None}
    give_out(rig, {"code": "C1", "most_uses": 3})
    assert rig.ask("GET", "/v1/coupons/C1")["used"] == 1


def test_a_sale_counts_its_coupons_and_the_tills_hear_of_it(rig: HubRig) -> None:
    promote(rig)
    give_out(rig, {"code": "C1"}, {"code": "EVER", "unlimited": True})
    journal = rig.journal()
    receipts = [sell_with(journal, "c1", "EVER", "EVER"), sell_with(journal, "EVER")]
    rig.now_ms = AT_MS + 60_000
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED, APPLIED]
    rig.push(*journal.envelopes)
    assert {key: one.used for key, one in told(rig).items() if one} == {"coupon/C1": 1, "coupon/EVER": 2}
    shown = rig.ask("GET", "/v1/coupons/ever")
    assert shown["used"] == 2
    assert [(one["store_code"], one["receipt_number"]) for one in shown["uses"]] == [
        ("S1", receipts[1]),
        ("S1", receipts[0]),
    ]
    assert give_out(rig, {"code": "C1", "most_uses": 2})["written"] == 1
    assert rig.ask("GET", "/v1/coupons/C1")["used"] == 1, "changing a coupon forgets no use"
    assert details(rig) == []


def test_a_coupon_used_twice_at_two_tills_is_told_with_both_receipts(rig: HubRig) -> None:
    promote(rig)
    give_out(rig, {"code": "C1"})
    here, other = rig.journal(), rig.enrol()
    there = rig.journal(other)
    first, second = sell_with(here, "C1"), sell_with(there, "C1")
    assert outcomes(rig.push(*here.envelopes)) == [APPLIED]
    assert details(rig) == []
    assert outcomes(rig.push(*there.envelopes, till=other)) == [APPLIED]
    rig.push(*there.envelopes, till=other)
    sentence = f"Coupon C1 may be used 1×. It was used on receipts {first}, {second}."
    assert details(rig) == [("coupon_overused", sentence)]
    assert len(rig.ask("GET", "/v1/sales")["sales"]) == 2
    assert rig.ask("GET", "/v1/coupons/C1")["used"] == 2


def test_uses_of_one_batch_are_told_from_the_first_that_is_too_many(rig: HubRig) -> None:
    promote(rig)
    give_out(rig, {"code": "C2", "most_uses": 2})
    journal = rig.journal()
    receipts = [sell_with(journal, "C2") for _sale in range(4)]
    rig.push(*journal.envelopes)
    cases = rig.ask("GET", "/v1/exceptions")["exceptions"]
    assert [one["kind"] for one in cases] == ["coupon_overused"] * 2
    assert [one["receipt_number"] for one in cases] == receipts[2:]


def test_a_sale_with_a_code_that_means_nothing_is_kept_and_told(rig: HubRig) -> None:
    promote(rig)
    give_out(rig, {"code": "C1", "unlimited": True})
    rig.now_ms = AT_MS
    rig.ask("DELETE", "/v1/promotions/TEN")
    journal = rig.journal()
    rig.now_ms = journal.at_ms = AT_MS + 60_000
    receipts = [sell_with(journal, "GUESS"), sell_with(journal, "C1")]
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED, APPLIED]
    assert details(rig) == [
        ("coupon_unknown", f"Receipt {receipts[0]} has coupon GUESS, which the hub does not have."),
        ("coupon_unknown", f"Receipt {receipts[1]} has coupon C1, whose promotion was deleted."),
    ]
    assert rig.ask("GET", "/v1/coupons/C1") | {"uses": []} == {
        "code": "C1",
        "promotion": "",
        "most_uses": 0,
        "used": 1,
        "valid_from_ms": 0,
        "valid_until_ms": 0,
        "uses": [],
    }


def test_a_sale_from_before_a_promotion_went_is_no_exception(rig: HubRig) -> None:
    promote(rig)
    give_out(rig, {"code": "C1"}, {"code": "C2"})
    journal = rig.journal()
    sell_with(journal, "C1", "C2")
    rig.now_ms = AT_MS + 60_000
    rig.ask("DELETE", "/v1/promotions/TEN")
    rig.ask("DELETE", "/v1/coupons/C2")
    rig.push(*journal.envelopes)
    assert details(rig) == []


def test_a_promotion_that_comes_back_has_its_coupons_again(rig: HubRig) -> None:
    promote(rig)
    give_out(rig, {"code": "C1"})
    rig.ask("DELETE", "/v1/promotions/TEN")
    assert rig.ask("GET", "/v1/coupons/C1")["promotion"] == ""
    promote(rig)
    assert rig.ask("GET", "/v1/coupons/C1")["promotion"] == "TEN"


def test_coupons_are_the_owners_alone(rig: HubRig) -> None:
    promote(rig)
    web = rig.ask("POST", "/v1/api-keys", {"channel": "web"})["key"]
    for method, path, body in (
        ("PUT", "/v1/coupons", {"coupons": []}),
        ("POST", "/v1/coupons/generate", {"promotion": "TEN", "count": 1}),
        ("GET", "/v1/coupons", None),
        ("GET", "/v1/coupons/C1", None),
        ("DELETE", "/v1/coupons/C1", None),
    ):
        for key in (web, rig.till.token):
            assert rig.refused(method, path, body, key=key) == (403, "forbidden")
