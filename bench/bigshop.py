"""A shop of any size made at once: products and customers in a hub's tables and in a till's mirror alike."""

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from bench.shop import product_rows
from bench.tables import Tables
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


def products(count: int) -> Iterator[Product]:
    """Yield products of different SKUs: the real ones first, then others with their words."""
    real = product_rows()
    for number in range(count):
        code, name, price = real[number % len(real)]
        turn = number // len(real)
        if turn:
            code = f"{2_000_000_000_000 + number}"
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


def fill_hub(hub: Tables, goods: int, people: int, now_ms: int) -> None:
    """Write products with their stock, and customers, into the tables of a hub that does not run."""
    _stream(hub, "catalogue", goods, ((one.product_id, one) for one in products(goods)), now_ms)
    _stream(hub, "customers", people, ((one.customer_id, one) for one in customers(people)), now_ms)
    hub.copy(
        "product",
        ("product_id", "sku", "folded_name", "record"),
        ((p.product_id, p.sku, " ".join(search_words(p.name)), _text(p)) for p in products(goods)),
    )
    codes = ((p.product_id, code.code.lstrip("0")) for p in products(goods) for code in p.barcodes)
    hub.copy("product_code", ("product_id", "code"), codes)
    hub.copy(
        "stock_level",
        ("store_id", "product_id", "on_hand_milli", "held_milli", "as_of_ms"),
        ((STORE, p.product_id, STOCK_MILLI, 0, now_ms) for p in products(goods)),
    )
    hub.copy(
        "customer",
        ("customer_id", "points", "tier", "consents", "purchases", "rev", "created_at_ms"),
        ((c.customer_id, 0, "", "[]", "[]", 0, now_ms) for c in customers(people)),
    )
    hub.copy(
        "personal",
        ("customer_id", "name", "folded_name", "phone", "last_four"),
        (
            (c.customer_id, c.name, " ".join(search_words(c.name)), c.phone, c.phone[-4:])
            for c in customers(people)
        ),
    )


def _text(record: Any) -> str:
    return msgspec.json.encode(record).decode()


def _stream(hub: Tables, stream: str, count: int, records: Iterable[tuple[str, Any]], now_ms: int) -> None:
    after = hub.rows("SELECT coalesce(max(n), 0) FROM stream_head WHERE stream = ?", stream)[0][0]
    hub.copy(
        "change",
        ("stream", "key", "number", "record", "as_of_ms"),
        (
            (stream, key, number, _text(record), now_ms)
            for number, (key, record) in enumerate(records, start=after + 1)
        ),
    )
    hub.run("UPDATE stream_head SET n = n + ? WHERE stream = ?", count, stream)


def fill_mirror(folder: Path, hub: Tables, goods: int, people: int) -> None:
    """Bring a mirror that stands where the hub did to what `fill_hub` wrote there."""
    mirror = open_mirror(folder)
    told: tuple[tuple[str, Iterator[tuple[str, Any]]], ...] = (
        ("catalogue", ((one.product_id, one) for one in products(goods))),
        ("customers", ((one.customer_id, one) for one in customers(people))),
    )
    for stream, records in told:
        with roomy(mirror.of(stream)):
            _pages(mirror, hub, stream, records)
            search = "product_search" if stream == "catalogue" else "customer_search"
            # As a snapshot is made: one segment of full text.
            mirror.of(stream).execute(f"INSERT INTO {search}({search}) VALUES ('optimize')")
    mirror.close()


def _pages(mirror: Mirror, hub: Tables, stream: str, records: Iterator[tuple[str, Any]]) -> None:
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
    chosen = set(random.Random(seed).sample(range(count), min(wanted, count)))
    return [
        {"product_id": p.product_id, "sku": p.sku, "name": p.name, "price_minor": p.price_minor}
        for number, p in enumerate(products(count))
        if number in chosen
    ]
