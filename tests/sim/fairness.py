"""Whether every sale stands at its own frozen prices, every coupon is counted, and every offer stands."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from hub.catalogue import product_id_of
from omnipos.domain.money import line_amount
from omnipos.domain.promotions.promotion import Coupon
from omnipos.domain.sale import Sale, SaleLine, adds_up
from omnipos.events import SaleCompleted, decode_fact
from omnipos.services.selling import BasketView
from tests.sim.tills import TillMachine

if TYPE_CHECKING:
    from tests.sim.world import World

_SECOND_LIFE = ("restored", "put back", "cloned")


def prices_are_fair(world: "World", hub: sqlite3.Connection) -> None:
    """Check the hub's sales, coupons and offers against its journal and the owner's word."""
    sold = list(_sales(hub))
    for _device, sale in sold:
        for fault in _faults_of(world, hub, sale):
            world.violations.append(f"sale {sale.receipt_number}: {fault}")
    coupons = {code: (one, used) for code, one, used in _coupons(hub)}
    _coupons_are_counted(world, hub, coupons, [sale for _device, sale in sold])
    _tills_know_their_own_uses(world, coupons, sold)
    _the_owners_word_stands(world, hub, coupons)


def look_at_price(world: "World", till: TillMachine, sku: str, view: BasketView) -> None:
    """What was just rung up costs what the till's mirror says for this customer at this moment."""
    now_ms = till.clock.now_ms()
    books = till.read()
    own = _record(books, "catalogue.product", "body", sku)
    listed = _record(books, "catalogue.list_price", "body", sku)
    price = _in_force(own.get("later_prices", []), now_ms, own.get("price_minor", 0))
    if view.basket.customer_id == "c-sarah":
        price = _in_force(listed.get("prices", []), now_ms, price)
    asked = [line.unit_price_minor for line in view.basket.lines if line.sku == sku]
    if price not in asked:
        world.violations.append(f"{till.name} asked {asked} for {sku}, which costs {price} at {now_ms}")


def _in_force(dated: list[dict[str, int]], now_ms: int, else_minor: int) -> int:
    begun = [(one.get("valid_from_ms", 0), one["price_minor"]) for one in dated]
    return max((one for one in begun if one[0] <= now_ms), default=(0, else_minor))[1]


def _record(db: sqlite3.Connection, table: str, column: str, sku: str) -> dict[str, Any]:
    row = db.execute(f"SELECT {column} FROM {table} WHERE product_id = ?", [product_id_of(sku)]).fetchone()
    return json.loads(row[0]) if row else {}


def _sales(hub: sqlite3.Connection) -> Iterator[tuple[str, Sale]]:
    seen = set()
    for row in hub.execute("SELECT device_id, body FROM event WHERE outcome = 'applied' ORDER BY number"):
        fact = decode_fact(row["body"])
        if isinstance(fact, SaleCompleted) and fact.sale.sale_id not in seen:
            seen.add(fact.sale.sale_id)
            yield row["device_id"].partition("~")[0], fact.sale


def _faults_of(world: "World", hub: sqlite3.Connection, sale: Sale) -> Iterator[str]:
    if not adds_up(sale):
        yield "its sums do not add up"
    row = hub.execute("SELECT * FROM sale WHERE sale_id = ?", [sale.sale_id]).fetchone()
    if row is None:
        return  # which is said elsewhere
    for name in ("total_minor", "saved_minor", "tax_minor", "change_minor", "rounding_minor"):
        if row[name] != getattr(sale, name):
            yield f"{name} is {row[name]} at the hub, {getattr(sale, name)} in its own frozen sums"
    lines = hub.execute("SELECT * FROM sale_line WHERE sale_id = ? ORDER BY line_no", [sale.sale_id])
    names = ("sku", "quantity_milli", "unit_price_minor", "amount_minor", "saved_minor", "tax_minor")
    kept = [tuple(line[name] for name in names) for line in lines]
    if kept != [tuple(getattr(line, name) for name in names) for line in sale.lines]:
        yield "its lines at the hub are not those that were sold"
    sold = [line for line in sale.lines if line.returned is None]
    opened = {one.coupon for line in sold for one in line.savings if one.coupon}
    if opened != set(sale.coupons):
        yield f"it carries {sorted(sale.coupons)} and saved by {sorted(opened)}"
    for line in sold:
        yield from _faults_of_line(world, line)


def _faults_of_line(world: "World", line: SaleLine) -> Iterator[str]:
    if line.amount_minor != line_amount(line.quantity_milli, line.unit_price_minor):
        yield f"{line.sku} does not come to its quantity times its price"
    ever = world.word.prices_ever.get((line.sku, line.price_list), set())
    if not line.order_line_id and line.unit_price_minor not in ever:
        yield f"{line.sku} was sold at {line.unit_price_minor}, which it never cost ({line.price_list})"


def _coupons(hub: sqlite3.Connection) -> Iterator[tuple[str, Coupon, int]]:
    for row in hub.execute("SELECT code, used, record FROM coupon"):
        yield row["code"], msgspec.json.decode(row["record"], type=Coupon), row["used"]


def _coupons_are_counted(
    world: "World", hub: sqlite3.Connection, coupons: dict[str, tuple[Coupon, int]], sold: list[Sale]
) -> None:
    """Each counts the sales that carry it, and whoever used one too often is told of, once each."""
    carried = Counter(code for sale in sold for code in sale.coupons)
    cases = defaultdict[str, list[str]](list)
    for row in hub.execute("SELECT event_id, detail FROM exception_case WHERE kind = 'coupon_overused'"):
        cases[row["detail"].split()[1]].append(row["event_id"])
    for code, (one, used) in coupons.items():
        if used != carried[code]:
            world.violations.append(f"coupon {code}: {carried[code]} sales carry it, {used} are counted")
        over = max(carried[code] - one.most_uses, 0) if one.most_uses else 0
        told = cases[code]
        # While it was away, or before the hub had it again, a sale with it was told of as unknown.
        forgotten = world.ledger.risks["hub restored"] and world.ledger.risks[f"new coupon {code}"]
        away = code in world.word.withdrawn or forgotten
        if len(told) > over or (len(told) < over and not away) or len(set(told)) != len(told):
            world.violations.append(f"coupon {code} was used {over} times too often, {len(told)} are told of")


def _tills_know_their_own_uses(
    world: "World", coupons: dict[str, tuple[Coupon, int]], sold: list[tuple[str, Sale]]
) -> None:
    """A till that lives one life takes no coupon more often than it may be used, whatever the others do."""
    if any(world.ledger.risks[one] for one in _SECOND_LIFE):
        return
    uses = Counter((device, code) for device, sale in sold for code in sale.coupons)
    for (device, code), times in sorted(uses.items()):
        most = coupons[code][0].most_uses if code in coupons else 0
        if 0 < most < times:
            world.violations.append(f"till {device[:8]} took coupon {code} {times} times by itself")


def _the_owners_word_stands(
    world: "World", hub: sqlite3.Connection, coupons: dict[str, tuple[Coupon, int]]
) -> None:
    word = world.word
    for (sku, group), moments in word.dated.items():
        stands = _dated(hub, sku, group)
        for at_ms, price in moments.items():
            if stands.get(at_ms) != price:
                world.violations.append(f"{sku} {group} was to cost {price} from {at_ms}, it is {stands}")
    rates = {row["code"]: json.loads(row["record"])["rate_ppm"] for row in hub.execute("SELECT * FROM tax")}
    if rates != word.rates:
        world.violations.append(f"taxes are {rates}, the owner was told {word.rates}")
    kept = {row["code"]: json.loads(row["record"]) for row in hub.execute("SELECT * FROM promotion")}
    for code, offer in word.promotions.items():
        there = kept.get(code)
        if (offer is None) != (there is None):
            world.violations.append(f"promotion {code} is {'gone' if offer else 'still there'}")
        elif offer and there:
            for name, usual in (("active", True), ("most_times", 0), ("valid_until_ms", 0)):
                if there.get(name, usual) != offer.get(name, usual):
                    world.violations.append(f"promotion {code} has {name} {there.get(name, usual)}")
    # A hub without a promotion for a while refuses the coupons of it that are sent again.
    if not world.ledger.risks["hub restored"]:
        for code, most in word.coupons.items():
            if code not in coupons or coupons[code][0].most_uses != most:
                world.violations.append(f"coupon {code} was given out for {most} uses and is not there so")


def _dated(hub: sqlite3.Connection, sku: str, group: str) -> dict[int, int]:
    table, name = ("list_price", "prices") if group else ("product", "later_prices")
    dated = _record(hub, table, "record", sku).get(name, [])
    return {one.get("valid_from_ms", 0): one["price_minor"] for one in dated}


def mirror_has_the_offers(
    world: "World", till: TillMachine, books: sqlite3.Connection, hub: sqlite3.Connection
) -> None:
    """A till's mirror holds the hub's price lists, promotions and coupons, and no others."""
    mirrors = {
        "price lists": (
            "SELECT product_id || '/' || customers, body FROM catalogue.list_price",
            "SELECT product_id || '/' || customers, record FROM list_price",
        ),
        "promotions": (
            "SELECT promotion_id, body FROM catalogue.promotion",
            "SELECT promotion_id, record FROM promotion",
        ),
        "coupons": (
            "SELECT code, body FROM catalogue.coupon",
            "SELECT code, CASE used WHEN 0 THEN record ELSE json_set(record, '$.used', used) END FROM coupon",
        ),
    }
    for what, (here, there) in mirrors.items():
        own = {key: json.loads(body) for key, body in books.execute(here)}
        theirs = {key: json.loads(body) for key, body in hub.execute(there)}
        if own != theirs:
            odd = sorted(key for key in own.keys() | theirs.keys() if own.get(key) != theirs.get(key))
            world.violations.append(f"{till.name}: the mirror of {what} differs at {odd[:3]}")
