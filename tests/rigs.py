"""A till on a real data folder with a small mirror, and a clock that tests move by hand."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from omnipos.domain.catalogue import Barcode, Product
from omnipos.domain.customer import Customer, Purchase
from omnipos.domain.exceptions import ExceptionCase, Settlement
from omnipos.domain.money import CashRounding, RoundingMode
from omnipos.domain.order import Order, OrderLine, OrderState
from omnipos.domain.promotions.promotion import BuyGet, Coupon, Goods, PercentOff, Promotion, SetPrice
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Role, Staff
from omnipos.domain.stock import StockLevel
from omnipos.domain.tax import Tax
from omnipos.ports import LinkReport, LinkState
from omnipos.protocol import Change, Page, Record
from omnipos.services.till import Till
from omnipos.store.connection import Store, open_mirror, transaction
from omnipos.store.identity import Identity, load_identity, save_identity
from omnipos.store.mirror import apply_page

DEVICE = "0193aaaa-0000-7000-8000-000000000001"
STORE = "store-1"
NOON_MS = 1_795_255_200_000
"""Saturday 21 November 2026, 10:00 UTC."""


PPN = Tax(code="PPN", name="PPN", rate_ppm=120_000, inclusive=True, base_numerator=11, base_denominator=12)
EXEMPT = Tax(code="EXEMPT", name="PPN", rate_ppm=0, inclusive=True, reason="PP 49/2022")
SERVICE = Tax(code="SVC", name="Service tax", rate_ppm=80_000, inclusive=False)

INDOMIE = Product(
    product_id="p-indomie",
    sku="IDM-85",
    name="Indomie Goreng 85 g",
    price_minor=3500,
    tax_code="PPN",
    shelf="A1",
    barcodes=(Barcode(code="8998866200578"), Barcode(code="18998866200575", quantity_milli=40_000)),
)
TEH = Product(
    product_id="p-teh",
    sku="TEH-450",
    name="Teh Botol 450 ml",
    price_minor=6000,
    tax_code="PPN",
    shelf="B2",
    barcodes=(Barcode(code="8996006855893"),),
)
APEL = Product(
    product_id="p-apel",
    sku="APEL",
    name="Apel Fuji",
    price_minor=45_000,
    tax_code="EXEMPT",
    unit="kg",
    plu="4131",
    shelf="C3",
)
KOPI = Product(
    product_id="p-kopi",
    sku="KOPI-200",
    name="Kopi Kapal Api 200 g",
    price_minor=25_600,
    tax_code="PPN",
    shelf="B4",
    barcodes=(Barcode(code="8991002101425"),),
)

SARAH = Customer(
    customer_id="c-sarah",
    name="Sarah Wijaya",
    phone="+6281234567890",
    points=1240,
    tier="Gold",
    purchases=(
        Purchase(
            at_ms=NOON_MS - 86_400_000 * 9,
            channel="web",
            reference="W-0990",
            total_minor=84_000,
            summary="Kopi Kapal Api 200 g ×2",
        ),
    ),
)
BUDI = Customer(customer_id="c-budi", name="Budi Santosa", phone="+6281298765432")

SHOP = Shop(
    store_id=STORE,
    code="S1",
    name="Toko Sinar",
    country="ID",
    currency="IDR",
    address="Jl. Melati 5, Jakarta",
    tax_label="NPWP",
    tax_number="01.234.567.8-901.000",
    time_zone="Asia/Jakarta",
    cash_rounding=CashRounding(mode=RoundingMode.NEAREST, step_minor=100),
    footer="Terima kasih",
)


def order(number: str = "W-1001", paid_minor: int = 13_000, **changes: object) -> Order:
    """An order of two Indomie and one Teh Botol, Rp 13.000, held by this till."""
    lines = tuple(
        OrderLine(
            line_id=f"{number}-{index}",
            product_id=product.product_id,
            sku=product.sku,
            name=product.name,
            quantity_milli=quantity,
            unit_price_minor=product.price_minor,
            tax_code=product.tax_code,
            barcodes=tuple(code.code for code in product.barcodes),
            shelf=product.shelf,
        )
        for index, (product, quantity) in enumerate(((INDOMIE, 2000), (TEH, 1000)))
    )
    fields: dict[str, object] = {
        "order_id": f"o-{number}",
        "number": number,
        "channel": "web",
        "store_id": STORE,
        "state": OrderState.PLACED,
        "placed_at_ms": NOON_MS - 3_600_000,
        "promised_at_ms": NOON_MS + 3_600_000,
        "currency": "IDR",
        "lines": lines,
        "total_minor": 13_000,
        "paid_minor": paid_minor,
        "collection_code": f"47{number[-4:]}",
        "customer_id": SARAH.customer_id,
        "customer_name": SARAH.name,
        "customer_phone": SARAH.phone,
        "holder_device_id": DEVICE,
        "fencing_number": 1,
    }
    return Order(**(fields | changes))  # type: ignore[arg-type]


class HandClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now_ms: int = NOON_MS) -> None:
        """Begin at a moment."""
        self.at_ms = now_ms
        self.running_ms = 0

    def now_ms(self) -> int:
        """UTC milliseconds."""
        return self.at_ms

    def monotonic_ms(self) -> int:
        """Milliseconds since the test began."""
        return self.running_ms

    def pass_ms(self, duration_ms: int) -> None:
        """Let time go by."""
        self.at_ms += duration_ms
        self.running_ms += duration_ms


class QuietLine:
    """A line to the hub, and a spool, that only count how often they were nudged."""

    def __init__(self) -> None:
        """Begin online, with nothing wrong."""
        self.nudges = 0
        self.link = LinkReport(state=LinkState.ONLINE, since_ms=NOON_MS)
        self.print_trouble = ""

    def report(self) -> LinkReport:
        """The line's state."""
        return self.link

    def trouble(self) -> str:
        """What keeps the printer from printing."""
        return self.print_trouble

    def nudge(self) -> None:
        """Count a nudge."""
        self.nudges += 1

    def try_now(self) -> None:
        """Count it too."""
        self.nudges += 1


def fill(
    folder: Path, stream: str, *records: tuple[str, Record | None], seen: int = 0, epoch: int = 1
) -> None:
    """Apply one page to a mirror, as the puller does; the page shows `seen` of the till's events."""
    mirror = open_mirror(folder)
    after = mirror.of(stream).execute("SELECT upto FROM cursor WHERE stream = ?", [stream]).fetchone()
    start = after[0] if after else 0
    changes = tuple(
        Change(number=start + i, key=key, record=record) for i, (key, record) in enumerate(records, start=1)
    )
    upto = start + len(records)
    apply_page(
        mirror,
        Page(
            stream=stream,
            after=start,
            upto=upto,
            head=upto,
            cursor=f"c{upto}",
            changes=changes,
            applied_epoch=epoch if seen else 0,
            applied_seq=seen,
            as_of_ms=NOON_MS,
        ),
    )
    mirror.close()


def staff_members() -> tuple[Staff, Staff]:
    """A cashier with PIN 1234 and a manager with PIN 9999."""
    from argon2 import PasswordHasher

    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return (
        Staff(staff_id="s-sari", name="Sari", role=Role.CASHIER, pin_hash=quick.hash("1234")),
        Staff(staff_id="s-budi", name="Budi", role=Role.MANAGER, pin_hash=quick.hash("9999")),
    )


def fill_small_shop(folder: Path) -> None:
    """Fill a mirror with four products, two customers, two staff, three taxes and an order."""
    products = [(f"product:{p.product_id}", p) for p in (INDOMIE, TEH, APEL, KOPI)]
    taxes = [(f"tax:{t.code}", t) for t in (PPN, EXEMPT, SERVICE)]
    fill(folder, "catalogue", *products, *taxes)
    fill(folder, "customers", *((f"customer:{c.customer_id}", c) for c in (SARAH, BUDI)))
    fill(folder, "staff", *((f"staff:{s.staff_id}", s) for s in staff_members()))
    fill(folder, "settings", (f"shop:{STORE}", SHOP))
    levels = (
        StockLevel(store_id=STORE, product_id=p.product_id, on_hand_milli=50_000, held_milli=2000)
        for p in (INDOMIE, TEH)
    )
    fill(folder, f"stock/{STORE}", *((one.product_id, one) for one in levels))
    fill(folder, f"orders/{STORE}", ("order:o-W-1001", order()))


HALF_TEH = Promotion(
    promotion_id="pr-half",
    code="HALF",
    name="second at half price",
    reward=BuyGet(buy=1, get=1, rate_ppm=500_000),
    goods=Goods(products=("p-teh",)),
    priority=2,
)
GOLD_FIVE = Promotion(
    promotion_id="pr-gold",
    code="GOLD",
    name="Gold week 5%",
    reward=PercentOff(rate_ppm=50_000),
    groups=("gold",),
    needs_coupon=True,
    priority=1,
)
TWO_KOPI = Promotion(
    promotion_id="pr-kopi",
    code="KOPI",
    name="Two Kopi for Rp 45.000",
    reward=SetPrice(count=2, price_minor=45_000),
    goods=Goods(products=("p-kopi",)),
    needs_coupon=True,
    priority=1,
)


def fill_offers(folder: Path) -> None:
    """Fill a mirror with promotions: one for everybody, and two opened by the coupons GOLD-5 and KOPI-2."""
    promotions = ((f"promotion/{one.promotion_id}", one) for one in (HALF_TEH, GOLD_FIVE, TWO_KOPI))
    coupons = (Coupon(code="GOLD-5", promotion_id="pr-gold"), Coupon(code="KOPI-2", promotion_id="pr-kopi"))
    fill(folder, "catalogue", *promotions, *((f"coupon/{one.code}", one) for one in coupons))


def exception_case(number: int = 7, kind: str = "second_hand_over", **changes: object) -> ExceptionCase:
    """A case of this till: order W-1001 was handed over a second time."""
    fields: dict[str, object] = {
        "number": number,
        "store_id": STORE,
        "device_id": DEVICE,
        "till_number": 1,
        "kind": kind,
        "detail": "Order W-1001 was handed over a second time.",
        "at_ms": NOON_MS - 600_000,
        "event_id": f"event-{number}",
        "order_number": "W-1001",
    }
    return ExceptionCase(**(fields | changes))  # type: ignore[arg-type]


def fill_exceptions(folder: Path) -> None:
    """Fill a mirror with three cases: two open ones of two tills, and one that was settled."""
    settled = Settlement(
        answer="right_customer", note="", staff_id="s-budi", till_number=1, at_ms=NOON_MS - 60_000
    )
    known = exception_case(8, "customer_known", device_id="other", till_number=2, order_number="", detail="")
    right = exception_case(5, "hand_over_without_right", answers=(settled,))
    cases = (right, exception_case(), known)
    fill(folder, f"exceptions/{STORE}", *((str(one.number), one) for one in cases))


def open_till(folder: Path, clock: HandClock | None = None, line: QuietLine | None = None) -> Till:
    """Open a till on a folder, enrolled as till 1 of store S1, with nobody signed in."""
    line = line or QuietLine()
    if _is_new(folder):
        _begin_like(_enrolled_folder(), folder)
    store = Store(folder)
    identity = store.call(lambda: load_identity(store.books))
    if identity is None:
        identity = enrol(store)
    return Till(store, clock or HandClock(), identity, line, line)


def enrol(store: Store) -> Identity:
    """Make an empty folder till 1 of store S1."""
    identity = Identity(
        device_id=DEVICE, store_id=STORE, store_code="S1", till_number=1, epoch=1, hub_epoch="h1"
    )

    def keep() -> None:
        with transaction(store.books):
            save_identity(store.books, identity)

    store.call(keep)
    return identity


def _is_new(folder: Path) -> bool:
    return not folder.exists() or not any(folder.iterdir())


def _begin_like(kept: tempfile.TemporaryDirectory[str], folder: Path) -> None:
    """Make a folder what a kept one is: making its tables takes ten times as long."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file in Path(kept.name).glob("*.db"):
        shutil.copy(file, folder)


@cache
def _enrolled_folder() -> tempfile.TemporaryDirectory[str]:
    kept = tempfile.TemporaryDirectory(prefix="omnipos-till-")
    store = Store(Path(kept.name))
    enrol(store)
    store.close()
    open_mirror(Path(kept.name)).close()  # as the last of all, which puts all of a database into its one file
    return kept


@cache
def _small_shops_folder() -> tempfile.TemporaryDirectory[str]:
    kept = tempfile.TemporaryDirectory(prefix="omnipos-shop-")
    _begin_like(_enrolled_folder(), Path(kept.name))
    fill_small_shop(Path(kept.name))
    return kept


def selling_till(folder: Path, clock: HandClock | None = None, line: QuietLine | None = None) -> Till:
    """A till on the small shop with the cashier Sari signed in."""
    if _is_new(folder):
        _begin_like(_small_shops_folder(), folder)
        till = open_till(folder, clock, line)
    else:
        till = open_till(folder, clock, line)
        fill_small_shop(folder)
    till.staff = staff_members()[0]
    return till
