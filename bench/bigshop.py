"""A shop of any size made at once: products and customers in a hub's tables and in a till's mirror alike."""

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any

import msgspec

from bench.shop import product_rows
from bench.tables import SqliteTables
from hub.catalogue import product_id_of
from hub.epochs import cursor_for
from omnipos.domain.catalogue import Barcode, Product
from omnipos.domain.customer import Customer
from omnipos.domain.names import search_words
from omnipos.protocol import Change, Page
from omnipos.store.connection import Mirror, open_mirror, roomy
from omnipos.store.mirror import apply_page, cursors

STORE = "store-1"
STOCK_MILLI = 1_000_000
_KINDS = ("Merah", "Biru", "Besar", "Kecil", "Isi 6", "Isi 12", "Hemat", "Baru", "Asli", "Manis", "Pedas")
_PACK = 20_000
"""Rows of one transaction; a snapshot brings them all at once."""
_FIRST = ("Siti", "Muhammad", "Budi", "Dewi", "Agus", "Sri", "Rahman", "Putri", "Wayan", "Sarah")
_LAST = ("Wijaya", "Santoso", "Rahman", "Hidayat", "Siregar", "Lestari", "Halim", "Nugroho", "Tan", "Kusuma")
_FILLED = ("change", "product", "product_code", "stock_level", "customer", "personal")


def products(numbers: Iterable[int]) -> Iterator[Product]:
    """Yield products of different SKUs: the real ones first, then others with their words."""
    real = product_rows()
    for number in numbers:
        code, name, price = real[number % len(real)]
        turn = number // len(real)
        if turn:
            # Longer than any real one, of which some begin as a shop's own do.
            code = f"{900_000_000_000_000 + number}"
            name = f"{name[:80]} {_KINDS[turn % len(_KINDS)]} {number % 997} g"
        yield Product(
            product_id=product_id_of(f"BIG-{code}"),
            sku=f"BIG-{code}",
            name=name,
            price_minor=price,
            tax_code="PPN",
            barcodes=(Barcode(code=code),),
        )


def customers(count: int) -> Iterator[Customer]:
    """Yield customers with phone numbers spread over one network's."""
    for i in range(count):
        name = f"{_FIRST[i % 10]} {_LAST[i // 10 % 10]} {_LAST[i // 100 % 10]}"
        yield Customer(customer_id=f"c-{i:07d}", name=name, phone=f"+62812{i * 7919 % 10**8:08d}")


def fill_hub(hub: SqliteTables, goods: int, people: int, now_ms: int) -> None:
    """Write products with their stock, and customers, into the tables of a hub that does not run."""
    with hub.without_indexes(*_FILLED):
        for part in _packs(products(range(goods))):
            texts = _tell(hub, "catalogue", part, attrgetter("product_id"), now_ms)
            _write_goods(hub, part, texts, now_ms)
        for person_part in _packs(customers(people)):
            _tell(hub, "customers", person_part, attrgetter("customer_id"), now_ms)
            _write_people(hub, person_part, now_ms)


def _packs(records: Iterator[Any]) -> Iterator[tuple[Any, ...]]:
    while part := tuple(islice(records, _PACK)):
        yield part


def _tell(hub: SqliteTables, stream: str, part: Sequence[Any], key: Any, now_ms: int) -> list[str]:
    """Write records to the end of a stream; return them as they are written."""
    after = hub.rows("SELECT coalesce(max(n), 0) FROM stream_head WHERE stream = ?", stream)[0][0]
    texts = [msgspec.json.encode(one).decode() for one in part]
    hub.copy(
        "change",
        ("stream", "key", "number", "record", "as_of_ms"),
        (
            (stream, key(one), number, text, now_ms)
            for number, (one, text) in enumerate(zip(part, texts, strict=True), start=after + 1)
        ),
    )
    hub.run("UPDATE stream_head SET n = n + ? WHERE stream = ?", len(part), stream)
    return texts


def _write_goods(hub: SqliteTables, part: Sequence[Product], texts: Sequence[str], now_ms: int) -> None:
    hub.copy(
        "product",
        ("product_id", "sku", "folded_name", "record"),
        (
            (one.product_id, one.sku, " ".join(search_words(one.name)), text)
            for one, text in zip(part, texts, strict=True)
        ),
    )
    codes = ((one.product_id, code.code.lstrip("0")) for one in part for code in one.barcodes)
    hub.copy("product_code", ("product_id", "code"), codes)
    hub.copy(
        "stock_level",
        ("store_id", "product_id", "on_hand_milli", "held_milli", "as_of_ms"),
        ((STORE, one.product_id, STOCK_MILLI, 0, now_ms) for one in part),
    )


def _write_people(hub: SqliteTables, part: Sequence[Customer], now_ms: int) -> None:
    hub.copy(
        "customer",
        ("customer_id", "points", "tier", "consents", "purchases", "rev", "created_at_ms"),
        ((one.customer_id, 0, "", "[]", "[]", 0, now_ms) for one in part),
    )
    hub.copy(
        "personal",
        ("customer_id", "name", "folded_name", "phone", "last_four"),
        (
            (one.customer_id, one.name, " ".join(search_words(one.name)), one.phone, one.phone[-4:])
            for one in part
        ),
    )


def fill_mirror(folder: Path, hub: SqliteTables, goods: int, people: int) -> None:
    """Bring a mirror that stands where the hub did to what `fill_hub` wrote there."""
    mirror = open_mirror(folder)
    told: tuple[tuple[str, Iterator[tuple[str, Any]]], ...] = (
        ("catalogue", ((one.product_id, one) for one in products(range(goods)))),
        ("customers", ((one.customer_id, one) for one in customers(people))),
    )
    for stream, records in told:
        with roomy(mirror.of(stream)):
            _pages(mirror, hub, stream, records)
            search = "product_search" if stream == "catalogue" else "customer_search"
            # As a snapshot is made: one segment of full text.
            mirror.of(stream).execute(f"INSERT INTO {search}({search}) VALUES ('optimize')")
    mirror.close()


def _pages(mirror: Mirror, hub: SqliteTables, stream: str, records: Iterator[tuple[str, Any]]) -> None:
    life = hub.rows("SELECT hub_epoch FROM hub")[0][0]
    mark = hub.rows("SELECT mark FROM stream_mark WHERE stream = ? ORDER BY since DESC LIMIT 1", stream)[0][0]
    while part := tuple(islice(records, _PACK)):
        after = cursors(mirror)[stream].upto
        upto = after + len(part)
        page = Page(
            stream=stream,
            after=after,
            upto=upto,
            head=upto,
            cursor=cursor_for(life, upto, mark),
            changes=tuple(
                Change(number=number, key=key, record=record)
                for number, (key, record) in enumerate(part, start=after + 1)
            ),
            applied_epoch=1,
            applied_seq=0,
            as_of_ms=1,
        )
        apply_page(mirror, page)


def sample(count: int, wanted: int, seed: int = 7) -> Sequence[dict[str, Any]]:
    """Return some of a shop's products as `bench.queueing` wants them, spread over all."""
    chosen = sorted(random.Random(seed).sample(range(count), min(wanted, count)))
    return [
        {"product_id": p.product_id, "sku": p.sku, "name": p.name, "price_minor": p.price_minor}
        for p in products(chosen)
    ]
