"""Making one customer of two cards that are the same person's: what one had, the other has from then on."""

from typing import Any

import msgspec
from sqlalchemy import or_, select, update

from hub import accounts, tables
from hub.claims import settle
from hub.customers import load, save
from hub.feed import ACCOUNTS, CUSTOMERS
from hub.problems import Refused
from hub.unit import Unit
from omnipos.domain.account import AccountKind, AccountMove
from omnipos.domain.customer import KEPT_PURCHASES, Customer
from omnipos.locale import _


def join(unit: Unit, customer_id: str, into_id: str) -> Customer:
    """Let a card stand for another one, with its points, purchases, answers and balances; return that one.

    Nothing is lost: sales and orders of the old card count for the other, and so does what a till
    that has not heard of it yet sells to the old one.
    """
    cards = load(unit.conn, [customer_id, into_id])
    if customer_id not in cards or into_id not in cards:
        raise Refused(404, "not_found", _("There is no such customer."))
    old, kept = cards[customer_id], cards[into_id]
    if old.customer_id == kept.customer_id:
        raise Refused(409, "same_customer", _("These two are one card already. Nothing was changed."))
    _move_balances(unit, old.customer_id, kept.customer_id)
    table, entries = tables.customer, tables.points_entry
    own = or_(table.c.customer_id == old.customer_id, table.c.alias_of == old.customer_id)
    unit.conn.execute(update(table).where(own).values(alias_of=kept.customer_id))
    moved = update(entries).where(entries.c.customer_id == old.customer_id)
    unit.conn.execute(moved.values(customer_id=kept.customer_id))
    unit.tell(CUSTOMERS, old.customer_id, None)
    save(unit, settle(unit, {kept.customer_id: kept}, [_together(old, kept)]))
    return load(unit.conn, [kept.customer_id])[kept.customer_id]


def _together(old: Customer, kept: Customer) -> Customer:
    purchases = {(one.at_ms, one.reference): one for one in (*old.purchases, *kept.purchases)}
    newest = sorted(purchases.values(), key=lambda one: -one.at_ms)[:KEPT_PURCHASES]
    # The newest answer to each purpose counts: whoever said no last must not be written to.
    answers = {one.purpose: one for one in sorted((*old.consents, *kept.consents), key=lambda one: one.at_ms)}
    return msgspec.structs.replace(
        kept,
        phone=kept.phone or old.phone,
        email=kept.email or old.email,
        tier=kept.tier or old.tier,
        points=kept.points + old.points,
        consents=tuple(answers.values()),
        purchases=tuple(newest),
        rev=max(kept.rev, old.rev) + 1,
    )


def _move_balances(unit: Unit, old_id: str, kept_id: str) -> None:
    table = tables.account
    kinds = (AccountKind.STORE_CREDIT.value, AccountKind.ACCOUNT.value)
    wanted = (table.c.account_id == old_id, table.c.kind.in_(kinds))
    for row in unit.conn.execute(select(table).where(*wanted)).all():
        postings = [
            accounts.Posting(
                move=AccountMove(
                    account_id=account_id,
                    kind=AccountKind(row.kind),
                    currency=row.currency,
                    amount_minor=sign * row.balance_minor,
                    source="joined",
                ),
                entry_id=f"joined/{old_id}/{kept_id}",
                at_ms=unit.now_ms,
                reason=_("Two cards of one customer were joined."),
            )
            for account_id, sign in ((old_id, -1), (kept_id, 1))
        ]
        accounts.post(unit, postings)
        _keep_terms(unit, row, kept_id)


def _keep_terms(unit: Unit, row: Any, kept_id: str) -> None:
    """Keep the larger limit of the two, and what one of them was blocked for."""
    table = tables.account
    kind, code = row.kind, row.currency
    key = (kept_id, kind, code)
    kept = accounts.load(unit.conn, [key])[key]
    terms = {
        "limit_minor": max(kept.limit_minor, row.limit_minor),
        "blocked": kept.blocked or row.blocked,
    }
    unit.conn.execute(update(table).where(*accounts.is_key(key)).values(**terms))
    joined = accounts.load(unit.conn, [key])[key]
    unit.tell(ACCOUNTS, joined.key, joined)
