"""Products at the hub, changed and removed by SKU: all rows of a request or none, and what is odd is told."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import msgspec
from sqlalchemy import delete, func, select

from hub import coupons, tables
from hub.catalogue import product_id_of, records
from hub.database import insert_rows, upsert
from hub.deposits import check_deposits, refuse_needed_deposit
from hub.feed import CATALOGUE
from hub.goodsmessages import BarcodeWish, GoodsWritten, LaterPriceWish, ProductWish
from hub.messages import MOST_ROWS, RowProblem, Written
from hub.problems import Refused
from hub.unit import Unit
from omnipos.domain.barcode import canonical, has_wrong_check_digit
from omnipos.domain.catalogue import PIECES, Barcode, DatedPrice, Product
from omnipos.domain.names import clean_text, search_words
from omnipos.locale import _

MOST_WARNINGS = 100

_clean_shared = lru_cache(maxsize=1024)(clean_text)
"""For what most products leave empty or have in common."""
_decode = msgspec.json.Decoder(Product).decode
_UNKNOWN = Product(product_id="", sku="", name="", price_minor=0, tax_code="")


def put_products(unit: Unit, wishes: Sequence[ProductWish]) -> GoodsWritten:
    """Add or change products; they reach new tills in the order they came first."""
    skus = [clean_text(wish.sku, 64) for wish in wishes]
    known = records(unit.conn, skus)
    products: dict[str, Product] = {}
    for sku, wish in zip(skus, wishes, strict=True):
        old = products.get(sku) or (_decode(known[sku]) if sku in known else _UNKNOWN)
        products[sku] = _product(sku, wish, old)
    _check_taxes(unit, products.values())
    check_deposits(unit.conn, products)
    changed = []
    for product in products.values():
        record = msgspec.json.encode(product).decode()
        if known.get(product.sku) != record:
            changed.append((product, record))
            unit.tell(CATALOGUE, product.product_id, product)
    _write(unit, changed, known)
    warnings = _warnings(unit, [products[sku] for sku in skus])
    return GoodsWritten(
        written=len(changed),
        unchanged=len(wishes) - len(changed),
        warnings=tuple(warnings[:MOST_WARNINGS]),
        more_warnings=max(len(warnings) - MOST_WARNINGS, 0),
    )


def rewrite(unit: Unit, products: Iterable[Product]) -> None:
    """Write products of which nothing has changed but what only their record carries, and tell the tills."""
    rows = []
    for product in products:
        record = msgspec.json.encode(product).decode()
        rows.append({**_keys(product), "record": record})
        unit.tell(CATALOGUE, product.product_id, product)
    upsert(unit.conn, tables.product, rows, replace=("record",))


def remove_product(unit: Unit, sku: str) -> Written:
    """Take a product and its prices out of the catalogue; what was sold of it stays as it is."""
    found = records(unit.conn, [sku]).get(sku)
    if found is None:
        raise Refused(404, "not_found", _("There is no product {sku}.").format(sku=sku))
    product = _decode(found)
    refuse_needed_deposit(unit.conn, product)
    own, codes, prices = tables.product, tables.product_code, tables.list_price
    gone = product.product_id
    groups = list(unit.conn.scalars(select(prices.c.customers).where(prices.c.product_id == gone)))
    for table in (own, codes, prices):
        unit.conn.execute(delete(table).where(table.c.product_id == gone))
    unit.tell(CATALOGUE, gone, None)
    for group in groups:
        unit.tell(CATALOGUE, f"list_price/{gone}/{group}", None)
    return Written(written=1, unchanged=0)


def _keys(product: Product) -> dict[str, str]:
    folded = " ".join(search_words(product.name))
    return {"product_id": product.product_id, "sku": product.sku, "folded_name": folded}


def _write(unit: Unit, changed: Sequence[tuple[Product, str]], known: Mapping[str, str]) -> None:
    _check_coupons(unit, [product for product, _record in changed])
    rows = [{**_keys(product), "record": record} for product, record in changed]
    upsert(unit.conn, tables.product, rows, replace=("sku", "folded_name", "record"))
    own = tables.product_code
    before = [product.product_id for product, _record in changed if product.sku in known]
    if before:
        unit.conn.execute(delete(own).where(own.c.product_id.in_(before)))
    codes = [
        {"product_id": product.product_id, "code": code}
        for product, _record in changed
        for code in sorted(_codes(product))
    ]
    insert_rows(unit.conn, own, codes)


def _check_coupons(unit: Unit, products: Iterable[Product]) -> None:
    """Refuse a product with the code of a coupon: a scan must mean one thing."""
    sku_of = {code: product.sku for product in products for code in (*_codes(product), product.sku.upper())}
    for code in sorted(coupons.taken(unit.conn, sku_of)):
        text = _("Product {sku} has the code of coupon {code}. Nothing was changed.")
        raise Refused(422, "product_is_coupon", text.format(sku=sku_of[code], code=code))


def _product(sku: str, wish: ProductWish, old: Product) -> Product:
    name = clean_text(wish.name)
    if not sku or not name:
        raise Refused(
            422,
            "product_name",
            _("Product {sku} has no name or SKU that can be read. Nothing was changed.").format(
                sku=repr(wish.sku)
            ),
        )
    later = wish.later_prices
    return Product(
        product_id=product_id_of(sku),
        sku=sku,
        name=name,
        price_minor=wish.price_minor,
        tax_code=_clean_shared(wish.tax_code, 64),
        unit=_unit(wish.unit),
        plu=_clean_shared(wish.plu, 64),
        department=_clean_shared(wish.department),
        shelf=_clean_shared(wish.shelf, 64),
        barcodes=_barcodes(sku, wish.barcodes) if wish.barcodes else (),
        category=old.category if wish.category is None else _clean_shared(wish.category),
        brand=old.brand if wish.brand is None else _clean_shared(wish.brand),
        family=old.family if wish.family is None else _clean_shared(wish.family),
        options=old.options if wish.options is None else _options(wish.options),
        later_prices=old.later_prices if later is None else _later_prices(sku, later),
        open_price=old.open_price if wish.open_price is None else wish.open_price,
        asks_serial=old.asks_serial if wish.asks_serial is None else wish.asks_serial,
        min_age=old.min_age if wish.min_age is None else wish.min_age,
        deposit_id=old.deposit_id if wish.deposit_sku is None else _deposit_id(wish.deposit_sku),
        discountable=old.discountable if wish.discountable is None else wish.discountable,
    )


def _unit(wished: str) -> str:
    # Encoding leaves a default out where it is that very object: the same product is always the same bytes.
    unit = _clean_shared(wished, 16)
    return PIECES if unit in ("", PIECES) else unit


def _barcodes(sku: str, wishes: Sequence[BarcodeWish]) -> tuple[Barcode, ...]:
    if len(wishes) == 1:
        (only,) = wishes
        code = clean_text(only.code, 64)
        return (Barcode(code=code, quantity_milli=only.quantity_milli),) if code else ()
    kept: dict[str, Barcode] = {}
    for wish in wishes:
        one = Barcode(code=clean_text(wish.code, 64), quantity_milli=wish.quantity_milli)
        same = kept.setdefault(canonical(one.code), one)
        if same.quantity_milli != one.quantity_milli:
            text = _("Product {sku} has barcode {code} twice, for two quantities. Nothing was changed.")
            raise Refused(422, "barcode_twice", text.format(sku=sku, code=one.code))
    kept.pop("", None)
    return tuple(kept.values())


def _options(wished: Sequence[str]) -> tuple[str, ...]:
    cleaned = (_clean_shared(one) for one in wished)
    return tuple(one for one in cleaned if one)


def _later_prices(sku: str, wishes: Sequence[LaterPriceWish]) -> tuple[DatedPrice, ...]:
    prices = sorted(
        (DatedPrice(price_minor=one.price_minor, valid_from_ms=one.valid_from_ms) for one in wishes),
        key=lambda one: one.valid_from_ms,
    )
    if len({one.valid_from_ms for one in prices}) < len(prices):
        text = _("Product {sku} has two prices from the same moment on. Nothing was changed.")
        raise Refused(422, "price_twice", text.format(sku=sku))
    return tuple(prices)


def _deposit_id(sku: str) -> str:
    cleaned = clean_text(sku, 64)
    return product_id_of(cleaned) if cleaned else ""


def _codes(product: Product) -> set[str]:
    codes = {canonical(one.code) for one in product.barcodes}
    if product.plu:
        codes.add(canonical(product.plu))
    codes.discard("")
    return codes


def _check_taxes(unit: Unit, products: Iterable[Product]) -> None:
    known = set(unit.conn.scalars(select(tables.tax.c.code)))
    for product in products:
        if product.tax_code not in known:
            raise Refused(
                422,
                "tax_unknown",
                _("Product {sku} names tax {tax}, which is not set up. Send it first.").format(
                    sku=product.sku, tax=product.tax_code
                ),
            )


def _warnings(unit: Unit, rows: Sequence[Product]) -> list[RowProblem]:
    warnings = []
    owners = _owners(unit, rows)
    for row, product in enumerate(rows):
        if not product.price_minor and not product.open_price:
            text = _("Product {sku} has the price 0. It was taken so.").format(sku=product.sku)
            warnings.append(RowProblem(row=row, detail=text))
        for barcode in product.barcodes:
            if has_wrong_check_digit(barcode.code):
                text = _("Product {sku}: the check digit of barcode {code} is wrong. It was taken so.")
                text = text.format(sku=product.sku, code=barcode.code)
                warnings.append(RowProblem(row=row, detail=text))
            other = owners.get((canonical(barcode.code), product.product_id)) if owners else ""
            if other:
                text = _(
                    "Barcode {code} is that of product {sku} and of {other}. Both have it;"
                    " a scan finds the one that was there first."
                ).format(code=barcode.code, sku=product.sku, other=other)
                warnings.append(RowProblem(row=row, detail=text))
    return warnings


def _owners(unit: Unit, rows: Sequence[Product]) -> dict[tuple[str, str], str]:
    """Return another product's SKU for every barcode and product of some rows that is not alone with it."""
    own, table = tables.product_code, tables.product
    wanted = list({canonical(one.code) for product in rows for one in product.barcodes})
    shared: list[str] = []
    for start in range(0, len(wanted), MOST_ROWS):
        part = own.c.code.in_(wanted[start : start + MOST_ROWS])
        twice = select(own.c.code).where(part).group_by(own.c.code).having(func.count() > 1)
        shared += unit.conn.scalars(twice)
    if not shared:
        return {}
    together: dict[str, dict[str, str]] = {}
    for start in range(0, len(shared), MOST_ROWS):
        named = own.c.code.in_(shared[start : start + MOST_ROWS])
        query = select(own.c.code, own.c.product_id, table.c.sku).join(
            table, table.c.product_id == own.c.product_id
        )
        for row in unit.conn.execute(query.where(named)):
            together.setdefault(row.code, {})[row.product_id] = row.sku
    return {
        (code, one): next(sku for other, sku in skus.items() if other != one)
        for code, skus in together.items()
        for one in skus
    }
