"""Balances at the hub: moved by sales, each entry once; what a sale overspent is kept and told to a person.

A sale is a fact: the goods have left, so nothing is refused here and a balance may go below zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, select, update

from hub import customers, exceptions, shops, tables
from hub.database import upsert
from hub.feed import ACCOUNTS
from hub.unit import Unit
from omnipos.domain.account import Account, AccountKind, AccountMove, masked_code
from omnipos.domain.accountmoves import sale_moves
from omnipos.domain.exceptions import CAME_LATER
from omnipos.domain.money import format_money
from omnipos.domain.names import clean_text
from omnipos.domain.sale import Sale
from omnipos.domain.staff import Right
from omnipos.domain.tender import TenderKind
from omnipos.locale import _

LONGEST_ID = 64
Key = tuple[str, str, str]
"""Account id, kind and currency."""


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """One entry to be written, and where it comes from; `event_id` is empty for the owner's own."""

    move: AccountMove
    entry_id: str
    at_ms: int
    event_id: str = ""
    store_id: str = ""
    device_id: str = ""
    receipt_number: str = ""
    reason: str = ""
    approved: bool = False
    """Whether somebody who may lend beyond a limit allowed it."""

    @property
    def key(self) -> Key:
        """Whose entry it is."""
        return self.move.account_id, self.move.kind.value, self.move.currency

    @property
    def issues(self) -> bool:
        """Whether a gift card is there from now on: money was put on it, and not only taken."""
        return self.move.amount_minor > 0


def of_sale(conn: Connection, sale: Sale, *, event_id: str, device_id: str, at_ms: int) -> list[Posting]:
    """Return the entries that a sale makes, in order."""
    moves = sale_moves(sale)
    if not moves:
        return []
    words = (tender.approval for tender in sale.tenders if tender.kind is TenderKind.ACCOUNT)
    approved = any(shops.may(conn, word.staff_id, Right.ACCOUNT) for word in words if word is not None)
    return [
        Posting(
            move=move,
            entry_id=f"{event_id}/{move.source}",
            at_ms=at_ms,
            event_id=event_id,
            store_id=sale.store_id,
            device_id=device_id,
            receipt_number=sale.receipt_number,
            approved=approved,
        )
        for move in moves
    ]


def post(unit: Unit, postings: Sequence[Posting]) -> int:
    """Write entries that are new, move their balances and tell the tills; return how many were new."""
    fresh = _write(unit, _rooted(unit.conn, postings))
    if not fresh:
        return 0
    sums: dict[Key, int] = defaultdict(int)
    for one in fresh:
        sums[one.key] += one.move.amount_minor
    issued = {one.key for one in fresh if one.issues and one.move.kind is AccountKind.GIFT_CARD}
    known = {key for key, account in load(unit.conn, issued).items() if account.issued}
    _move(unit, sums, {one.key for one in fresh if one.issues})
    found = load(unit.conn, sums)
    for key in sorted(found):
        unit.tell(ACCOUNTS, found[key].key, found[key])
        _look_over(unit, found[key], sums[key], [one for one in fresh if one.key == key])
        if key in issued - known and found[key].balance_minor >= 0:
            _settle_unknown(unit, key)
    return len(fresh)


def _rooted(conn: Connection, postings: Sequence[Posting]) -> list[Posting]:
    """Return entries under the ids they count for: a customer's alias has no balance of its own."""
    people = {one.move.account_id for one in postings if one.move.kind is not AccountKind.GIFT_CARD}
    roots = customers.roots(conn, people)
    return [
        msgspec.structs.replace(
            one,
            move=msgspec.structs.replace(
                one.move,
                account_id=clean_text(
                    one.move.account_id
                    if one.move.kind is AccountKind.GIFT_CARD
                    else roots.get(one.move.account_id, one.move.account_id),
                    LONGEST_ID,
                ),
            ),
        )
        for one in postings
    ]


def _write(unit: Unit, postings: Sequence[Posting]) -> list[Posting]:
    rows = [
        {
            "account_id": one.move.account_id,
            "kind": one.move.kind.value,
            "currency": one.move.currency,
            "entry_id": one.entry_id,
            "amount_minor": one.move.amount_minor,
            "at_ms": one.at_ms,
            "event_id": one.event_id,
            "store_id": one.store_id,
            "receipt_number": one.receipt_number,
            "reason": one.reason,
        }
        for one in postings
    ]
    names = ("account_id", "kind", "currency", "entry_id")
    new = {tuple(row) for row in upsert(unit.conn, tables.account_entry, rows, returning=names)}
    return [one for one in postings if (*one.key, one.entry_id) in new]


def _move(unit: Unit, sums: dict[Key, int], issued: set[Key]) -> None:
    # Sorted, so that two transactions on PostgreSQL lock rows in one order.
    table = tables.account
    rows: list[dict[str, Any]] = [
        {
            "account_id": key[0],
            "kind": key[1],
            "currency": key[2],
            "balance_minor": sums[key],
            "issued": key in issued or key[1] != AccountKind.GIFT_CARD.value,
        }
        for key in sorted(sums)
    ]
    upsert(unit.conn, table, rows, add=("balance_minor",))
    for key in sorted(issued):
        unit.conn.execute(update(table).where(*is_key(key)).values(issued=True))


def is_key(key: Key) -> tuple[Any, Any, Any]:
    """Return the conditions that a row is this balance's."""
    table = tables.account
    return table.c.account_id == key[0], table.c.kind == key[1], table.c.currency == key[2]


def load(conn: Connection, keys: Iterable[Key]) -> dict[Key, Account]:
    """Return balances as they are now."""
    wanted, table = set(keys), tables.account
    rows = conn.execute(select(table).where(table.c.account_id.in_(sorted({key[0] for key in wanted}))))
    found = {(row.account_id, row.kind, row.currency): account_of(row) for row in rows}
    return {key: account for key, account in found.items() if key in wanted}


def account_of(row: Any) -> Account:
    """Return a balance as its row says it."""
    return Account(
        kind=AccountKind(row.kind),
        account_id=row.account_id,
        currency=row.currency,
        balance_minor=row.balance_minor,
        limit_minor=row.limit_minor,
        blocked=row.blocked,
        issued=row.issued,
    )


def _settle_unknown(unit: Unit, key: Key) -> None:
    """Settle what was told of a card while its sale had not come; now it has, and covers all its uses."""
    entry = tables.account_entry
    uses = select(entry.c.event_id).where(
        entry.c.account_id == key[0], entry.c.kind == key[1], entry.c.currency == key[2]
    )
    exceptions.settle_by_itself(unit, "gift_card_unknown", uses, CAME_LATER.code)


def _look_over(unit: Unit, account: Account, moved_minor: int, fresh: Sequence[Posting]) -> None:
    """Tell a person of each sale that used what was not there, in the order they came."""
    running = account.balance_minor - moved_minor
    by_event: dict[str, list[Posting]] = defaultdict(list)
    for one in fresh:
        by_event[one.event_id].append(one)
    for event_id, own in by_event.items():
        net = sum(one.move.amount_minor for one in own)
        running += net
        uses = net > 0 if account.kind is AccountKind.ACCOUNT else net < 0
        if event_id and uses:
            _note_fault(unit, account, running, own[0])


def _note_fault(unit: Unit, account: Account, running_minor: int, one: Posting) -> None:
    """Tell a person what is wrong with a use, if anything is."""
    lent = account.kind is AccountKind.ACCOUNT
    over = running_minor > account.limit_minor if lent else running_minor < 0
    if account.blocked:
        kind, text = "balance_blocked", _("Receipt {receipt} used a blocked balance; it stands at {balance}.")
    elif not account.issued:
        kind, text = "gift_card_unknown", _("Receipt {receipt} has gift card {card}, unknown to the hub.")
    elif not over or (lent and one.approved and account.limit_minor):
        return
    elif lent:
        kind, text = (
            "account_over_limit",
            _("After receipt {receipt} the customer owes {balance}; the limit is {limit}."),
        )
    elif account.kind is AccountKind.DEPOSIT:
        kind, text = (
            "deposit_overspent",
            _("After receipt {receipt} the deposit on quote {card} is {balance}."),
        )
    elif account.kind is AccountKind.STORE_CREDIT:
        kind, text = "store_credit_overspent", _("After receipt {receipt} the store credit is {balance}.")
    else:
        kind, text = "gift_card_overspent", _("After receipt {receipt} gift card {card} is at {balance}.")
    detail = text.format(
        receipt=one.receipt_number,
        card=account.account_id if account.kind is AccountKind.DEPOSIT else masked_code(account.account_id),
        balance=format_money(running_minor, account.currency),
        limit=format_money(account.limit_minor, account.currency),
    )
    unit.note(kind, detail, store_id=one.store_id, device_id=one.device_id, event_id=one.event_id)
