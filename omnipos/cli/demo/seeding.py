"""Filling a hub with the demo shop, through the same public API that owners and web shops use."""

import time
from collections.abc import Sequence

import msgspec

from hub.accountmessages import AccountsShown, EntryWish, PostEntries, PutTerms, TermsWish
from hub.goodsmessages import BarcodeWish, GoodsWritten, ProductWish, PutProducts
from hub.messages import (
    ApiKey,
    ApiKeyWish,
    CustomersWritten,
    CustomerWish,
    EnrolCode,
    EnrolCodeWish,
    MovementWish,
    PostMovements,
    PutCustomers,
    PutStores,
    Stores,
    StoreWish,
    Written,
)
from hub.staffmessages import PutStaff, StaffList, StaffWish
from omnipos.cli.demo import asking, goods, orders, people
from omnipos.cli.taxes import TAXES, put_missing_taxes
from omnipos.domain.account import AccountKind, AccountSettings, new_code
from omnipos.domain.catalogue import Product
from omnipos.domain.money import currency
from omnipos.domain.order import Order
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.domain.shop import COUNTRIES, QrSettings
from sync.owner import OwnerClient

CHANNEL = "web"
GIFT_CARD = new_code(1)
SHOWN = 20
"""How many barcodes and phone numbers are told to scripts."""


class DemoStaff(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may sign in."""

    name: str
    pin: str
    role: str


class DemoShop(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to know of a demo shop to work with it; kept in `demo.json` once it is whole."""

    country: str
    api_key: str = ""
    staff: tuple[DemoStaff, ...] = ()
    barcodes: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether filling it came to its end."""
        return bool(self.api_key)


def seed(line: OwnerClient, address: str, country: str) -> tuple[DemoShop, str]:
    """Fill an empty hub; return the shop and an enrolment code for its first till."""
    shelf, buyers = goods.products(country), people.customers(country)
    first, _second = stores = people.STORES[country]
    line.put("/v1/stores", Stores, PutStores(stores=tuple(_store(one, country) for one in stores)))
    put_missing_taxes(line, country)
    asking_goods = asking.products(country)
    skus = [*(one.sku for one in shelf), *(one.sku for one in asking_goods)]
    line.put("/v1/products", GoodsWritten, PutProducts(products=(*map(_product, shelf), *asking_goods)))
    line.put("/v1/customers", CustomersWritten, PutCustomers(customers=tuple(map(_customer, buyers))))
    team = people.staff(country)
    wishes = tuple(StaffWish(name=one.name, role=one.role, pin=one.pin) for one in team)
    line.put("/v1/staff", StaffList, PutStaff(staff=wishes))
    for number, store in enumerate(stores):
        line.post("/v1/stock/movements", Written, PostMovements(movements=_stock(skus, store.code, number)))
    _put_balances(line, country, buyers[0].phone)
    key = line.post("/v1/api-keys", ApiKey, ApiKeyWish(channel=CHANNEL)).key
    _place_orders(OwnerClient(address, key), shelf, buyers, country, first.code)
    code = line.post("/v1/enrol-codes", EnrolCode, EnrolCodeWish(store_code=first.code)).code
    by_piece = [one for one in shelf if one.unit == "pcs" and one.barcodes]
    step = len(by_piece) // SHOWN
    shop = DemoShop(
        country=country,
        api_key=key,
        staff=tuple(DemoStaff(name=one.name, pin=one.pin, role=one.role.value) for one in team),
        barcodes=tuple(one.barcodes[0].code for one in by_piece[: step * SHOWN : step]),
        phones=tuple(
            people.as_spoken(one.phone, country, way) for way, one in enumerate(buyers[: SHOWN * 10 : 10])
        ),
    )
    return shop, code


def _put_balances(line: OwnerClient, country: str, phone: str) -> None:
    """Give the shop a gift card, and its first customer store credit and an account with a limit."""
    note = _largest_note(country)
    entries = (
        EntryWish(
            kind=AccountKind.GIFT_CARD, account=GIFT_CARD, entry_id="demo", amount_minor=note, reason="demo"
        ),
        EntryWish(
            kind=AccountKind.STORE_CREDIT,
            phone=phone,
            entry_id="demo",
            amount_minor=note // 2,
            reason="demo",
        ),
    )
    line.post("/v1/accounts/entries", Written, PostEntries(entries=entries))
    lent = TermsWish(kind=AccountKind.ACCOUNT, phone=phone, limit_minor=5 * note)
    line.put("/v1/accounts", AccountsShown, PutTerms(accounts=(lent,)))


def _largest_note(country: str) -> int:
    return currency(COUNTRIES[country].currency).notes[-1]


def _place_orders(
    shop_line: OwnerClient,
    shelf: Sequence[Product],
    buyers: Sequence[people.DemoCustomer],
    country: str,
    store_code: str,
) -> None:
    taxes = {tax.code: tax for tax in TAXES[country]}
    now_ms = time.time_ns() // 1_000_000
    try:
        for wish in orders.wishes(shelf, buyers, taxes, store_code, now_ms):
            shop_line.post("/v1/orders", Order, wish)
    finally:
        shop_line.close()


def _store(store: people.DemoStore, country: str) -> StoreWish:
    return StoreWish(
        code=store.code,
        name=store.name,
        country=country,
        address=store.address,
        phone=store.phone,
        tax_number=store.tax_number,
        footer=store.footer,
        accounts=AccountSettings(
            gift_card_offline_minor=_largest_note(country), credit_offline_minor=_largest_note(country)
        ),
        qr=QrSettings(static_payload=people.STATIC_QR.get(country, ""), acquirer=people.ACQUIRER),
    )


def _product(product: Product) -> ProductWish:
    return ProductWish(
        sku=product.sku,
        name=product.name,
        price_minor=product.price_minor,
        tax_code=product.tax_code,
        unit=product.unit,
        plu=product.plu,
        department=product.department,
        shelf=product.shelf,
        barcodes=tuple(
            BarcodeWish(code=one.code, quantity_milli=one.quantity_milli) for one in product.barcodes
        ),
    )


def _customer(customer: people.DemoCustomer) -> CustomerWish:
    return CustomerWish(name=customer.name, phone=customer.phone, points=customer.points, tier=customer.tier)


def _stock(skus: Sequence[str], store_code: str, number: int) -> tuple[MovementWish, ...]:
    return tuple(
        MovementWish(
            movement_id=f"demo-{store_code}-{sku}",
            store_code=store_code,
            sku=sku,
            quantity_milli=(12 + (index * 31 + number * 17) % 90) * PIECE_MILLI,
        )
        for index, sku in enumerate(skus)
    )
