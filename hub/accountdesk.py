"""What the owner does with balances: issue and correct, limit and block, and look at them."""

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from hub import accounts, customers, shops, tables
from hub.accountmessages import (
    AccountShown,
    AccountsShown,
    BalanceWish,
    EntryShown,
    EntryWish,
    TermsWish,
)
from hub.accounts import Key, Posting
from hub.database import upsert
from hub.feed import ACCOUNTS
from hub.messages import Written
from hub.problems import Refused
from hub.unit import Unit
from omnipos.domain.account import Account, AccountKind, AccountMove, card_code
from omnipos.domain.money import currency
from omnipos.domain.names import clean_text
from omnipos.domain.phone import to_e164
from omnipos.locale import _

MOST_ENTRIES = 500
LONGEST_REASON = 200


def post_entries(unit: Unit, wishes: Sequence[EntryWish]) -> Written:
    """Write the owner's entries; one that was written before counts no second time."""
    postings = []
    for wish in wishes:
        if wish.kind is AccountKind.DEPOSIT:
            raise Refused(
                422, "deposit", _("A deposit is paid and given back at a till only. Nothing was changed.")
            )
        account_id, kind, code = key_of(unit.conn, wish)
        move = AccountMove(
            kind=AccountKind(kind),
            account_id=account_id,
            currency=code,
            amount_minor=wish.amount_minor,
            source="owner",
        )
        postings.append(
            Posting(
                move=move,
                entry_id=f"owner/{clean_text(wish.entry_id, 64)}",
                at_ms=unit.now_ms,
                reason=clean_text(wish.reason, LONGEST_REASON),
            )
        )
    written = accounts.post(unit, postings)
    return Written(written=written, unchanged=len(wishes) - written)


def put_terms(unit: Unit, wishes: Sequence[TermsWish]) -> AccountsShown:
    """Set limits and blocks, and tell the tills; a balance that is not there yet begins with nothing."""
    table, shown = tables.account, []
    for wish in wishes:
        key = key_of(unit.conn, wish)
        if wish.limit_minor is not None and wish.kind is not AccountKind.ACCOUNT:
            raise Refused(422, "limit", _("Only what is sold on account has a limit. Nothing was changed."))
        row = {
            "account_id": key[0],
            "kind": key[1],
            "currency": key[2],
            "balance_minor": 0,
            "issued": wish.kind is not AccountKind.GIFT_CARD,
        }
        upsert(unit.conn, table, [row])
        wanted = {"blocked": wish.blocked, "limit_minor": wish.limit_minor}
        given = {name: value for name, value in wanted.items() if value is not None}
        if given:
            unit.conn.execute(update(table).where(*accounts.is_key(key)).values(**given))
        _note_terms(unit, key, wish)
        account = accounts.load(unit.conn, [key])[key]
        unit.tell(ACCOUNTS, account.key, account)
        shown.append(_shown(account))
    return AccountsShown(accounts=tuple(shown), next="")


def _note_terms(unit: Unit, key: Key, wish: TermsWish) -> None:
    """Keep why terms were changed, as an entry that moves nothing."""
    reason = clean_text(wish.reason, LONGEST_REASON)
    if not reason:
        return
    row = {
        "account_id": key[0],
        "kind": key[1],
        "currency": key[2],
        "entry_id": f"terms/{unit.now_ms}",
        "amount_minor": 0,
        "at_ms": unit.now_ms,
        "reason": reason,
    }
    upsert(unit.conn, tables.account_entry, [row], replace=("reason",))


def key_of(conn: Connection, wish: BalanceWish) -> Key:
    """Return whose balance is meant; refuse what is no gift card's code and a customer who is not there."""
    shop = shops.first_shop(conn)
    code = wish.currency or (shop.currency if shop else "")
    currency(code)
    if wish.kind is AccountKind.GIFT_CARD:
        account_id = card_code(wish.account)
        if not account_id:
            raise Refused(
                422,
                "gift_card",
                _("“{code}” is no gift card's code: 6 to 24 letters and digits. Nothing was changed.").format(
                    code=clean_text(wish.account, 24)
                ),
            )
        return account_id, wish.kind.value, code
    if wish.kind is AccountKind.DEPOSIT:
        return clean_text(wish.account, accounts.LONGEST_ID), wish.kind.value, code
    return _customer_id(conn, wish, shop.country if shop else ""), wish.kind.value, code


def _customer_id(conn: Connection, wish: BalanceWish, country: str) -> str:
    if wish.phone:
        phone = to_e164(wish.phone, country)
        found = customers.by_phone(conn, [phone]).get(phone)
    else:
        found = customers.load(conn, [wish.account]).get(wish.account)
    if found is None:
        raise Refused(422, "customer_unknown", _("There is no such customer. Nothing was changed."))
    return found.customer_id


def find(conn: Connection, *, kind: AccountKind, after: str, limit: int) -> AccountsShown:
    """List balances of one kind, in order of their ids; those of one id stand together."""
    table = tables.account
    rows = conn.execute(
        select(table)
        .where(table.c.kind == kind.value, table.c.account_id > after)
        .order_by(table.c.account_id, table.c.currency)
        .limit(limit)
    ).all()
    shown = tuple(_shown(accounts.account_of(row)) for row in rows)
    return AccountsShown(accounts=shown, next=rows[-1].account_id if len(rows) == limit else "")


def detail(conn: Connection, wish: BalanceWish) -> AccountShown:
    """Show one balance with its latest entries; refuse one that is not there."""
    key = key_of(conn, wish)
    account = accounts.load(conn, [key]).get(key)
    if account is None:
        raise Refused(404, "not_found", _("There is no such balance."))
    entry, store = tables.account_entry, tables.store
    rows = conn.execute(
        select(entry, store.c.code)
        .outerjoin(store, store.c.store_id == entry.c.store_id)
        .where(entry.c.account_id == key[0], entry.c.kind == key[1], entry.c.currency == key[2])
        .order_by(entry.c.at_ms.desc(), entry.c.entry_id.desc())
        .limit(MOST_ENTRIES)
    )
    return _shown(
        account,
        tuple(
            EntryShown(
                entry_id=row.entry_id,
                amount_minor=row.amount_minor,
                at_ms=row.at_ms,
                store_code=row.code or "",
                receipt_number=row.receipt_number,
                reason=row.reason,
            )
            for row in rows
        ),
    )


def _shown(account: Account, entries: tuple[EntryShown, ...] = ()) -> AccountShown:
    return AccountShown(
        kind=account.kind,
        account_id=account.account_id,
        currency=account.currency,
        balance_minor=account.balance_minor,
        limit_minor=account.limit_minor,
        blocked=account.blocked,
        issued=account.issued,
        entries=entries,
    )
