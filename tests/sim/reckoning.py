"""Whether balances, payments and what was given back agree everywhere once everybody has synced."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from omnipos.domain.account import AccountKind
from omnipos.domain.accountmoves import sale_moves
from omnipos.domain.payment import OPEN_STATES, Payment
from omnipos.domain.sale import Sale
from omnipos.domain.shift import ShiftReport
from omnipos.events import SaleCompleted, ShiftClosed, TenderTakenBack, decode_fact
from omnipos.store import accounts, baskets
from tests.sim.tills import TillMachine
from tests.sim.yard import CREDIT_MINOR, GIFT_CARDS

if TYPE_CHECKING:
    from tests.sim.world import World

Key = tuple[str, str]
"""An account's kind and id."""
_SECOND_LIFE = ("restored", "put back", "cloned", "hub restored")
OVERSPENT = {
    AccountKind.GIFT_CARD: "gift_card_overspent",
    AccountKind.STORE_CREDIT: "store_credit_overspent",
    AccountKind.ACCOUNT: "account_over_limit",
}


def money_agrees(world: "World", hub: sqlite3.Connection) -> None:
    """Check the hub's balances against its journal, and the acquirer's memory against the sales."""
    sales = list(_sales(hub))
    _balances_add_up(world, hub, sales)
    _payments_are_in_one_sale(world, hub, sales)
    _no_more_comes_back_than_was_sold(world, hub, sales)
    _every_z_is_its_shifts(world, hub)


def _no_more_comes_back_than_was_sold(world: "World", hub: sqlite3.Connection, sales: list[Sale]) -> None:
    """What came back of each line, and the money for it, is no more than was sold, or somebody is told.

    One till alone knows what it took back: it never takes too much, and parts make the whole to the rupiah.
    """
    told = {row["kind"] for row in hub.execute("SELECT kind FROM exception_case")}
    second_life = any(world.ledger.risks[risk] for risk in _SECOND_LIFE)
    by_id = {sale.sale_id: sale for sale in sales}
    milli: defaultdict[str, Counter[int]] = defaultdict(Counter)
    money: Counter[str] = Counter()
    takers: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
    for taker in sales:
        for line in taker.lines:
            if line.returned is not None:
                takers[line.returned.sale_id].add((taker.store_id, taker.till_number))
                milli[line.returned.sale_id][line.returned.line_no] -= line.quantity_milli
                money[line.returned.sale_id] -= line.net_minor
    for sale_id, lines in sorted(milli.items()):
        original = by_id.get(sale_id)
        if original is None:
            if "return_unknown" not in told:
                world.violations.append(f"goods came back of sale {sale_id}, unknown to the hub, untold")
            continue
        sold = {number: line.quantity_milli for number, line in enumerate(original.lines, start=1)}
        excused = "return_over_sold" in told and (len(takers[sale_id]) > 1 or second_life)
        if not excused and any(count > sold[number] for number, count in lines.items()):
            world.violations.append(f"{dict(lines)} came back of {original.receipt_number}, {sold} were sold")
        whole = sum(line.net_minor for line in original.lines)
        if lines == sold and len(takers[sale_id]) == 1 and money[sale_id] != whole:
            world.violations.append(f"{original.receipt_number} came back for {money[sale_id]}, not {whole}")


def _every_z_is_its_shifts(world: "World", hub: sqlite3.Connection) -> None:
    """A Z comes to the sales that name its shift, however late they were sent; its number is its own."""
    totals: Counter[tuple[str, str]] = Counter()
    closed: dict[tuple[str, str], ShiftReport] = {}
    for row in hub.execute("SELECT device_id, shift, body FROM event WHERE outcome = 'applied'"):
        key = (row["device_id"].partition("~")[0], row["shift"])
        match decode_fact(row["body"]):
            case SaleCompleted(sale=sale):
                totals[key] += sale.total_minor
            case ShiftClosed(report=report):
                closed[key] = report
    if any(world.ledger.risks[risk] for risk in _SECOND_LIFE):
        return
    numbers = Counter(report.number for report in closed.values())
    for key, report in closed.items():
        if report.takings.total_minor != totals[key]:
            world.violations.append(
                f"Z {report.number} says {report.takings.total_minor}, its sales {totals[key]}"
            )
        if numbers[report.number] > 1:
            world.violations.append(f"Z {report.number} stands on {numbers[report.number]} shifts")


def _sales(hub: sqlite3.Connection) -> Iterator[Sale]:
    seen = set()
    for row in hub.execute("SELECT body FROM event WHERE outcome = 'applied' ORDER BY number"):
        fact = decode_fact(row["body"])
        if isinstance(fact, SaleCompleted) and fact.sale.sale_id not in seen:
            seen.add(fact.sale.sale_id)
            yield fact.sale


def _balances_add_up(world: "World", hub: sqlite3.Connection, sales: list[Sale]) -> None:
    journal: Counter[Key] = Counter({("gift_card", code): minor for code, minor in GIFT_CARDS.items()})
    journal["store_credit", "c-sarah"] = CREDIT_MINOR
    for sale in sales:
        for move in sale_moves(sale):
            journal[move.kind.value, move.account_id] += move.amount_minor
    entries: Counter[Key] = Counter()
    for row in hub.execute("SELECT kind, account_id, amount_minor FROM account_entry"):
        entries[row["kind"], row["account_id"]] += row["amount_minor"]
    rows = {(row["kind"], row["account_id"]): row for row in hub.execute("SELECT * FROM account")}
    told = Counter(row["kind"] for row in hub.execute("SELECT kind FROM exception_case"))
    for key in sorted(rows.keys() | journal.keys() | entries.keys()):
        row = rows.get(key)
        balance = row["balance_minor"] if row else 0
        if not balance == journal[key] == entries[key]:
            world.violations.append(
                f"balance {key}: {balance}, its entries {entries[key]}, the journal {journal[key]}"
            )
        if row and _is_overspent(row) and not told[OVERSPENT[AccountKind(key[0])]]:
            world.violations.append(f"balance {key} stands at {balance} and nobody is told")
        for till in world.tills:
            _till_shows(world, till, key, balance)


def _is_overspent(row: sqlite3.Row) -> bool:
    if row["kind"] == AccountKind.ACCOUNT.value:
        return bool(row["balance_minor"] > row["limit_minor"])
    return bool(row["balance_minor"] < 0)


def _till_shows(world: "World", till: TillMachine, key: Key, balance: int) -> None:
    shown = accounts.standing_of(till.read(), AccountKind(key[0]), key[1], "IDR").balance_minor
    if shown != balance:
        world.violations.append(f"{till.name} shows {shown} of {key}, the hub has {balance}")


def _payments_are_in_one_sale(world: "World", hub: sqlite3.Connection, sales: list[Sale]) -> None:
    """What was charged stands in one sale, waits at a till, or was taken back; nothing is charged twice."""
    used: defaultdict[str, list[int]] = defaultdict(list)
    for sale in sales:
        for tender in sale.tenders:
            if tender.payment_id:
                used[tender.payment_id].append(tender.amount_minor)
    elsewhere = _taken_back(hub) | {one for till in world.tills for one in _waiting_at(till)}
    second_life = any(world.ledger.risks[risk] for risk in _SECOND_LIFE)
    for payment_id, amount in world.acquirer.charged.items():
        taken = used.pop(payment_id, [])
        if taken and taken != [amount] and not second_life:
            world.violations.append(f"payment {payment_id} of {amount} stands in sales as {taken}")
        if not taken and payment_id not in elsewhere and not second_life:
            world.violations.append(f"payment {payment_id} of {amount} was charged and stands nowhere")
    for payment_id in used:
        world.violations.append(f"payment {payment_id} stands in a sale and was never charged")


def _taken_back(hub: sqlite3.Connection) -> set[str]:
    rows = hub.execute("SELECT body FROM event WHERE type = 'tender_taken_back'")
    facts = [decode_fact(row["body"]) for row in rows]
    return {one.tender.payment_id for one in facts if isinstance(one, TenderTakenBack)}


def _waiting_at(till: TillMachine) -> Iterator[str]:
    """Yield what a till still has to end, and what a part-paid basket of it holds."""
    books = till.read()
    for (body,) in books.execute("SELECT body FROM payment").fetchall():
        payment = msgspec.json.decode(body, type=Payment)
        if payment.state in OPEN_STATES:
            yield payment.payment_id
    open_now = baskets.open_basket(books)
    parked = [basket for _at, basket in baskets.parked_baskets(books)]
    for basket in [*parked, *([open_now] if open_now else [])]:
        yield from (tender.payment_id for tender in basket.tenders if tender.payment_id)
