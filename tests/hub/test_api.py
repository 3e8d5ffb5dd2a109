"""The API as a whole: its page, its refusals, hostile input, stock and products."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.products import _clean_shared
from omnipos import __version__
from tests.hub.rig import A, HubRig


def test_health_names_the_running_hub(rig: HubRig) -> None:
    assert rig.ask("GET", "/v1/health", key="") == {
        "instance": "test",
        "version": __version__,
        "hub_epoch": rig.hub_epoch(),
    }


def test_the_schema_page_needs_no_other_host(rig: HubRig) -> None:
    page = rig.client.get("/schema")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert not re.search(r"(https?:)?//[\w.-]", page.text)
    assert "<script" not in page.text
    document = rig.client.get("/schema/openapi.json").json()
    for path in ("/v1/orders", "/v1/products", "/v1/customers", "/v1/stock", "/v1/events"):
        assert path in document["paths"]
        assert path in page.text
    schema = document["components"]["schemas"]["OrderWish"]
    assert set(schema["required"]) == {"number", "store_code", "promised_at_ms", "lines"}
    assert "Page" in document["components"]["schemas"]


@pytest.mark.parametrize(
    "name", ["Tee [/]", "[@click=app.quit]x[/]", "'; DROP TABLE product;--", "🧃 ジュース"]
)
def test_strange_names_stay_what_they_are(rig: HubRig, name: str) -> None:
    product = {"sku": "X", "name": name, "price_minor": 1, "tax_code": "PPN"}
    rig.ask("PUT", "/v1/products", {"products": [product]})
    assert rig.ask("GET", "/v1/products?sku=X")["products"][0]["name"] == name


def test_control_characters_are_cleaned_on_the_way_in(rig: HubRig) -> None:
    product = {
        "sku": "X\x07",
        "name": "\x1b]52;c;cm0=\x07Te\x00h\u202e \n Botol\x9b",
        "price_minor": 1,
        "tax_code": "PPN",
        "department": "\x1b[2J",
        "barcodes": [{"code": "89\x1b96"}],
    }
    rig.ask("PUT", "/v1/products", {"products": [product]})
    kept = rig.ask("GET", "/v1/products?sku=X")["products"][0]
    assert kept["name"] == "]52;c;cm0=Teh Botol"
    assert (kept["department"], kept["barcodes"][0]["code"]) == ("[2J", "8996")


def test_products_are_found_by_word_sku_and_any_writing_of_a_barcode(rig: HubRig) -> None:
    codes = [{"code": "0089910021014"}, {"code": "x-7", "quantity_milli": 6000}]
    product = {"sku": "K", "name": "Kopi Kapal Api", "price_minor": 1, "tax_code": "PPN", "barcodes": codes}
    rig.ask("PUT", "/v1/products", {"products": [product]})

    def skus(query: str) -> list[str]:
        return [one["sku"] for one in rig.ask("GET", f"/v1/products?{query}")["products"]]

    assert skus("q=api kop") == skus("barcode=89910021014") == skus("barcode=X-7") == ["K"]
    assert skus("limit=2") == ["A", "B"]
    assert skus("limit=2&after=B") == ["K"]
    rig.ask("PUT", "/v1/products", {"products": [product | {"barcodes": []}]})
    assert skus("barcode=x-7") == []


def test_the_same_product_is_no_change_whatever_was_left_out_or_came_before(rig: HubRig) -> None:
    wishes = [{"sku": "P", "name": "Paper", "price_minor": 1, "tax_code": "PPN"}]
    wishes += [wish | {"unit": "pcs"} for wish in wishes]
    written = []
    for wish in (*wishes, *reversed(wishes)):
        _clean_shared.cache_clear()  # as another process of the hub
        written.append(rig.ask("PUT", "/v1/products", {"products": [wish]})["written"])
    assert written == [1, 0, 0, 0]


def test_a_product_of_an_unknown_tax_is_refused_whole(rig: HubRig) -> None:
    good = {"sku": "G", "name": "Good", "price_minor": 1, "tax_code": "PPN"}
    wish = {"products": [good, good | {"sku": "H", "tax_code": "VAT"}]}
    assert rig.refused("PUT", "/v1/products", wish) == (422, "tax_unknown")
    assert rig.ask("GET", "/v1/products?sku=G")["products"] == []


def test_stock_movements_count_once_and_never_overwrite(rig: HubRig) -> None:
    move = {"movement_id": "m1", "store_code": "S1", "sku": "A", "quantity_milli": 5000}
    post = ("POST", "/v1/stock/movements")
    assert rig.ask(*post, {"movements": [move, move]}) == {"written": 1, "unchanged": 1, "warnings": []}
    assert rig.ask(*post, {"movements": [move]}) == {"written": 0, "unchanged": 1, "warnings": []}
    less = {**move, "movement_id": "m2", "quantity_milli": -700, "reason": "adjusted"}
    assert rig.refused(*post, {"movements": [less, {**move, "quantity_milli": 1}]}) == (409, "movement_id")
    assert rig.stock("A") == (5000, 0)
    rig.ask(*post, {"movements": [less]})
    assert rig.stock("A") == (4300, 0)
    assert rig.refused(*post, {"movements": [{**move, "sku": "?"}]}) == (422, "product_unknown")
    assert rig.refused(*post, {"movements": [{**move, "reason": "sale"}]})[0] == 400
    row = rig.ask("GET", "/v1/stock")["stock"][0]
    assert (row["sku"], row["store_code"], row["product_id"]) == ("A", "S1", A)
    assert (row["available_milli"], row["as_of_ms"]) == (4300, rig.now_ms)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/v1/products", b"", 400),
        ("PUT", "/v1/products", b"[]", 400),
        ("PUT", "/v1/products", b'{"products":' + b"[" * 5000 + b"]" * 5000 + b"}", 400),
        ("PUT", "/v1/products", b'{"x":' + b"[" * 5000 + b"]" * 5000 + b"}", 400),
        ("PUT", "/v1/products", b'{"products":[{"sku":"A","name":"\xff"}]}', 400),
        ("PUT", "/v1/products", b'{"products":[{"sku":"\\ud800"}]}', 400),
        ("PUT", "/v1/products", b'{"products":[{"sku":"\\udc00"}]}', 400),
        ("PUT", "/v1/products", b" " * (11 << 20), 413),
        ("PUT", "/v1/taxes", b'{"taxes":[],"more":1}', 400),
        ("PUT", "/v1/stores", b'{"stores":[{"code":"S 1","name":"x","country":"ID"}]}', 400),
        ("PUT", "/v1/stores", b'{"stores":[{"code":"S9","name":"x","country":"ZZ"}]}', 422),
        ("PUT", "/v1/staff", b'{"staff":[{"name":"x","role":"owner","pin":"1234"}]}', 422),
        ("PUT", "/v1/staff", b'{"staff":[{"name":"x","role":"cashier"}]}', 422),
        ("POST", "/v1/api-keys", b'{"channel":"../x"}', 400),
        ("POST", "/v1/enrol-codes", b'{"store_code":"S9"}', 422),
        ("GET", "/v1/products?limit=0", None, 400),
        ("GET", "/v1/events?after=99999999999999999999", None, 400),
        ("GET", "/v1/orders/%00", None, 400),
        ("GET", "/v1/orders/%FF", None, 404),
        ("GET", "/v1/nothing", None, 404),
        ("DELETE", "/v1/products", None, 405),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_does_not_fit_is_a_problem_that_says_so(
    rig: HubRig, method: str, path: str, body: bytes | None, status: int
) -> None:
    assert rig.refused(method, path, body)[0] == status


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_lines = st.fixed_dictionaries(
    {"sku": st.sampled_from(["A", "", "?"]) | st.text(), "quantity_milli": _values}
)
_people = st.fixed_dictionaries({"name": st.text(), "phone": st.text(max_size=45)})
_orders = st.fixed_dictionaries(
    {
        "number": st.text(max_size=70),
        "store_code": st.just("S1") | st.text(),
        "promised_at_ms": st.integers(),
    },
    optional={
        "lines": st.lists(_lines, max_size=2) | _values,
        "paid_minor": st.integers(),
        "customer": _people | _values,
        "collection_code": st.text(max_size=70),
        "x": _values,
    },
)
_queries = st.sampled_from(
    [
        *("products?q=", "products?barcode=", "customers?phone=", "customers?q=", "orders?number="),
        *("orders/", "streams/", "streams/catalogue?after=", "stock?after=", "totals?store="),
    ]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=_orders)
def test_no_order_body_makes_the_hub_fail(rig: HubRig, body: dict[str, Any]) -> None:
    assert rig.raw("POST", "/v1/orders", body).status_code < 500


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=_queries,
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
def test_no_query_makes_the_hub_fail(rig: HubRig, path: str, text: str) -> None:
    assert rig.raw("GET", f"/v1/{path}{quote(text, safe='')}").status_code < 500


def test_a_body_that_does_not_fit_is_told_where_and_why(rig: HubRig) -> None:
    good = {"sku": "A", "name": "Teh", "price_minor": 100, "tax_code": "PPN"}
    answer = rig.raw("PUT", "/v1/products", {"products": [good, {**good, "price_minor": -1}]})
    assert answer.status_code == 400
    reason = "The request does not fit: products[1].price_minor (A): Expected `int` >= 0."
    assert answer.json() == {
        "detail": reason,
        "code": "request",
        "request_id": answer.headers["x-request-id"],
    }
