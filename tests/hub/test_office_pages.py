"""What is changed in the back office goes the API's way: the tills hear of it, and it says who did it."""

import re
from typing import Any

import pytest

from omnipos.domain.catalogue import Barcode, DatedPrice, Product
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Staff
from omnipos.domain.tax import Tax
from omnipos.signing import make_key
from tests.hub.offices import Desk, hire, said
from tests.hub.rig import A, B, HubRig, enrol_wish

SECTIONS = [
    "products",
    "group-prices",
    "taxes",
    "promotions",
    "coupons",
    "sales",
    "orders",
    "shifts",
    "approvals",
    "stock",
    "customers",
    "messages",
    "exceptions",
    "stores",
    "tills",
    "staff",
    "roles",
    "done",
]


@pytest.fixture
def desk(rig: HubRig) -> Desk:
    """The manager Rina, signed in."""
    hire(rig, "Rina")
    desk = Desk(rig)
    desk.sign_in()
    return desk


def told(rig: HubRig, kind: type[Any], stream: str = "catalogue") -> dict[str, Any]:
    """Return the records of one kind as a till pulls them, by key."""
    changes = rig.pull(stream).changes
    return {one.key: one.record for one in changes if isinstance(one.record, kind)}


def product(rig: HubRig, sku: str) -> Product | None:
    """Return a product as a till pulls it."""
    return next((one for one in told(rig, Product).values() if one.sku == sku), None)


def test_a_price_changed_in_the_page_is_what_a_till_pulls_and_says_who_changed_it(desk: Desk) -> None:
    cursor = desk.rig.pull("catalogue").cursor
    desk.edit("products", "A", price_minor="4.250")
    (change,) = desk.rig.pull("catalogue", cursor).changes
    assert isinstance(change.record, Product)
    assert (change.record.sku, change.record.price_minor) == ("A", 4250)
    page = desk.get("done/list")
    row = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page[page.index("<tbody>") :]))
    assert "Rina products edit A" in row


def test_a_product_with_codes_variants_and_prices_ahead_is_made_and_taken_away(desk: Desk) -> None:
    desk.create(
        "products",
        sku="TEE-L",
        name="Tee [/]",
        price_minor="Rp 99.000",
        tax_code="PPN",
        family="Tee",
        options="Red\nL",
        barcodes="8991234567895\n12345678 6",
        later_prices="2027-01-01 00:00 89.000",
        min_age="18",
        discountable=None,
    )
    made = product(desk.rig, "TEE-L")
    assert made is not None
    assert (made.name, made.price_minor, made.options, made.min_age) == ("Tee [/]", 99_000, ("Red", "L"), 18)
    assert made.barcodes == (Barcode(code="8991234567895"), Barcode(code="12345678", quantity_milli=6000))
    new_year_in_jakarta_ms = 1_798_736_400_000
    assert made.later_prices == (DatedPrice(price_minor=89_000, valid_from_ms=new_year_in_jakarta_ms),)
    assert made.discountable is False
    form = desk.form_of("products/edit?pk=TEE-L")
    assert (form["price_minor"], form["barcodes"]) == ("99.000", "8991234567895\n12345678 6")
    assert form["later_prices"] == "2027-01-01 00:00  89.000"
    desk.edit("products", "TEE-L")
    assert product(desk.rig, "TEE-L") == made, "saving a form as it is changes nothing"
    desk.act("products", "TEE-L", "delete")
    assert product(desk.rig, "TEE-L") is None


REFUSALS: list[tuple[dict[str, str], str]] = [
    ({"price_minor": "50.0"}, "“50.0” is not a sum. Type it like 50.000."),
    ({"tax_code": "GST"}, "Product A names tax GST, which is not set up. Send it first."),
    ({"name": "x" * 401}, "That is too long: 400 letters at most."),
    ({"name": ""}, "This field is required."),
    ({"min_age": "many"}, "“many” is no whole number."),
    ({"min_age": "200"}, "This does not fit: it is more than 99."),
    ({"later_prices": "soon 5"}, "“soon” is no date and time. Type it like 2026-12-01 08:00."),
    (
        {"later_prices": "2027-01-01 5000\n2027-01-01 6000"},
        "Product A has two prices from the same moment on. Nothing was changed.",
    ),
]


def test_what_the_rules_refuse_stands_beside_its_field_and_nothing_is_written(desk: Desk) -> None:
    before = desk.rig.pull("catalogue").cursor
    for values, sentence in REFUSALS:
        page = desk.edit("products", "A", status=422, **values)
        assert said(page) == [sentence]
    assert desk.rig.pull("catalogue", before).changes == ()
    assert "products edit" not in desk.get("done/list")


def test_what_was_typed_wrongly_stays_in_the_form(desk: Desk) -> None:
    page = desk.edit("products", "A", status=422, price_minor="5x", name="Other name")
    assert 'value="5x"' in page
    assert 'value="Other name"' in page


def test_taxes_are_made_changed_and_kept_while_goods_need_them(desk: Desk) -> None:
    desk.create(
        "taxes", code="GST", name="GST", rate_ppm="9", inclusive="on", later_rates="2027-01-01 10 11/12"
    )
    made = told(desk.rig, Tax)["tax/GST"]
    assert (made.rate_ppm, made.inclusive, made.later_rates[0].rate_ppm) == (90_000, True, 100_000)
    assert (made.later_rates[0].base_numerator, made.later_rates[0].base_denominator) == (11, 12)
    desk.edit("taxes", "GST", rate_ppm="9.5")
    assert told(desk.rig, Tax)["tax/GST"].rate_ppm == 95_000
    assert "more than the price itself" in said(desk.edit("taxes", "GST", status=422, rate_ppm="900"))[0]
    answer = desk.act("taxes", "PPN", "delete", status=400)
    assert answer.json()["msg"].startswith("Tax PPN is used by product")
    desk.act("taxes", "GST", "delete")
    assert "tax/GST" not in told(desk.rig, Tax)


def test_prices_of_a_group_reach_the_tills(desk: Desk) -> None:
    desk.create("group-prices", sku="A", group="Gold", price_minor="3.000")
    listed = desk.rig.ask("GET", "/v1/price-lists/gold")["prices"]
    assert [(one["sku"], one["prices"][0]["price_minor"]) for one in listed] == [("A", 3000)]
    key = f"{listed[0]['product_id']}/gold"
    desk.edit("group-prices", key, price_minor="2.900")
    assert "Rp 2.900" in desk.get("group-prices/list?q=gold")
    desk.act("group-prices", key, "delete")
    assert desk.rig.ask("GET", "/v1/price-lists/gold")["prices"] == []


def test_a_store_keeps_what_its_form_does_not_show_and_new_ones_take_their_countrys_habits(
    desk: Desk,
) -> None:
    (before,) = told(desk.rig, Shop, "settings").values()
    desk.edit("stores", "S1")
    (after,) = told(desk.rig, Shop, "settings").values()
    assert after == before
    desk.edit(
        "stores",
        "S1",
        name="Toko Baru",
        drawer__blind=None,
        returns__window_days="14",
        staff__idle_lock_s="90",
    )
    (after,) = told(desk.rig, Shop, "settings").values()
    assert (after.name, after.drawer.blind, after.returns.window_days) == ("Toko Baru", False, 14)
    assert (after.staff.idle_lock_s, after.currency) == (90, "IDR")
    desk.create("stores", code="KL1", name="Kedai", country="MY")
    stores = {one["code"]: one for one in desk.rig.ask("GET", "/v1/stores")["stores"]}
    assert (stores["KL1"]["currency"], stores["KL1"]["time_zone"]) == ("MYR", "Asia/Kuala_Lumpur")
    refused = desk.edit("stores", "S1", status=422, time_zone="Asia/Nowhere")
    assert said(refused) == ["There is no time zone Asia/Nowhere. Send one such as Asia/Jakarta."]


def test_a_code_from_the_page_enrols_a_till_which_is_revoked_there(desk: Desk) -> None:
    page = desk.act("tills", "", "enrol", store_code="S1").text
    code = re.search(r'office-shown">([A-Z0-9]{4}-[A-Z0-9]{4})<', page)
    assert code is not None
    made = desk.rig.ask("POST", "/v1/enrol", enrol_wish(code[1], make_key()), key="")
    assert made["till_number"] == 2
    assert "S1-2" in desk.get("tills/list")
    desk.act("tills", made["device_id"], "revoke")
    devices = {one["till_number"]: one["revoked"] for one in desk.rig.ask("GET", "/v1/devices")["devices"]}
    assert devices == {1: False, 2: True}


def test_people_are_added_and_changed_and_tills_hear_of_it(desk: Desk) -> None:
    desk.create("staff", name="Dewi", role="cashier", pin="2345")
    people = {one.name: one for one in told(desk.rig, Staff, "staff").values()}
    assert people["Dewi"].role == "cashier"
    assert people["Dewi"].pin_hash.startswith("$argon2id$")
    key = people["Dewi"].staff_id
    desk.edit("staff", key, name="Dewi Lestari", active=None)
    assert "Dewi Lestari" not in {one.name for one in told(desk.rig, Staff, "staff").values()}
    taken = desk.create("staff", status=422, name="rina", role="cashier", pin="1111")
    assert said(taken) == ["rina works here already. Nothing was changed."]
    short = desk.create("staff", status=422, name="Ani", role="cashier", pin="12")
    assert "This does not fit" in said(short)[0]
    own = desk.edit("staff", "staff-rina", status=422, active=None)
    assert said(own) == ["You cannot end your own work here."]


def test_stock_moves_by_hand_and_the_newest_movements_are_shown(desk: Desk) -> None:
    desk.act("stock", "", "move", store_code="S1", sku="A", quantity_milli="12", reason="received")
    desk.act("stock", "", "move", store_code="S1", sku="A", quantity_milli="-1.5", reason="adjusted")
    assert desk.rig.stock("A") == (10_500, 0)
    refused = desk.act(
        "stock", "", "move", status=400, store_code="S1", sku="?", quantity_milli="1", reason="received"
    )
    assert refused.json()["msg"] == "There is no product ?."
    short = desk.act(
        "stock", "", "move", status=400, store_code="S1", sku="", quantity_milli="1", reason="received"
    )
    assert short.json()["msg"] == "SKU: This does not fit: it is empty."
    key = re.search(r"stock/detail\?pk=([^\"&]+)", desk.get("stock/list?q=A"))
    assert key is not None
    page = desk.get(f"stock/detail?pk={key[1]}")
    assert "+12  received" in page
    assert "−1.5  adjusted" in page


def test_an_order_is_cancelled_where_it_is_open(desk: Desk) -> None:
    desk.rig.order("W-1")
    row = re.search(r"orders/detail\?pk=([^\"&]+)", desk.get("orders/list?q=W-1"))
    assert row is not None
    key = row[1].replace("%2F", "/")
    page = desk.get(f"orders/detail?pk={key}")
    assert "Sarah Wijaya" in page
    assert "2 × Indomie Goreng (A) at Rp 3.500" in page
    desk.act("orders", key, "cancel")
    assert desk.rig.ask("GET", "/v1/orders/W-1")["state"] == "cancelled"
    assert desk.act("orders", key, "cancel", status=400).json()["msg"] == "Forbidden"


def test_sales_are_read_with_their_lines_and_never_changed(desk: Desk) -> None:
    journal = desk.rig.journal()
    journal.sell((A, 1, 3500), (B, 2, 6000), given_minor=20_000)
    desk.rig.push(*journal.envelopes)
    number = desk.rig.ask("GET", "/v1/sales")["sales"][0]["number"]
    page = desk.get(f"sales/detail?pk={number}")
    assert f"2 × {B} ({B}) Rp 12.000" in page
    assert "Cash Rp 20.000" in page
    assert "Rp 4.500" in page
    desk.get(f"sales/edit?pk={number}", status=403)
    assert desk.act("sales", str(number), "delete", status=400).json()["msg"] == "Forbidden"


def test_lists_open_search_sort_and_page(desk: Desk) -> None:
    desk.rig.order("W-1")
    for section in SECTIONS:
        for query in ("", "?q=a", "?q=100%25%27%5C%00x", "?page=400&page_size=100", "?sort=name__desc"):
            desk.get(f"{section}/list{query}")
        desk.get(f"{section}/detail?pk=there/is-none", status=404)


def test_the_librarys_own_ways_in_and_out_are_closed(desk: Desk) -> None:
    for section in SECTIONS:
        assert desk.act(section, "", "export", status=400).json()["msg"] in ("Forbidden", "Invalid action")
        assert desk.client.get(f"/admin/_api/{section}/relation-lookup").status_code == 200
        for way in ("import", "inline-edit"):
            answer = desk.client.post(
                f"/admin/_api/{section}/{way}?pk=A&field=name", headers={"X-CSRFToken": desk.token()}
            )
            assert answer.status_code in (403, 404, 405), (section, way, answer.status_code)
