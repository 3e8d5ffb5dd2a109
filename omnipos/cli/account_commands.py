"""`omnipos hub gift-card`, `customer-account`, `store-balances`, `store-foreign`: balances for the owner."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from omnipos.cli.owner import hub_options, owner_line
from omnipos.domain.account import ACCOUNT_WORDS, AccountKind, AccountSettings, card_code
from omnipos.domain.errors import EntryRefused
from omnipos.domain.foreign import ForeignRate
from omnipos.domain.money import format_money, parse_money
from omnipos.domain.shop import Shop
from omnipos.locale import _
from sync.errors import Rejected
from sync.owner import OwnerClient

if TYPE_CHECKING:
    from hub.accountmessages import AccountShown

MOST_SHOWN = 20


@click.command()
@click.argument("code")
@click.option("--add", help="A sum to put on it, or with a minus to take off it.")
@click.option("--reason", default="", help="Why; needed with --add.")
@click.option("--block/--unblock", default=None, help="Whether it may be spent.")
@hub_options
def gift_card(
    code: str, add: str | None, reason: str, block: bool | None, address: str, key_file: Path
) -> None:
    """Say what is on gift card CODE; issue it, change it, block it."""
    with owner_line(address, key_file) as line:
        shop = _first_shop(line)
        if add is not None:
            _post(line, shop, AccountKind.GIFT_CARD, add, reason, account=code)
        if block is not None:
            _terms(line, AccountKind.GIFT_CARD, reason, account=code, blocked=block)
        _say(line, AccountKind.GIFT_CARD, card_code(code) or code)


@click.command()
@click.argument("phone")
@click.option("--limit", help="Up to what the customer buys on account; 0 for not at all.")
@click.option("--credit", help="Store credit to give, or with a minus to take away.")
@click.option("--owes", help="A sum to add to what is owed, or with a minus to forgive.")
@click.option("--reason", default="", help="Why; needed with --credit and --owes.")
@click.option("--block/--unblock", default=None, help="Whether the customer may buy on account.")
@hub_options
def customer_account(
    phone: str,
    limit: str | None,
    credit: str | None,
    owes: str | None,
    reason: str,
    block: bool | None,
    address: str,
    key_file: Path,
) -> None:
    """Say or change what the customer with a PHONE number has as store credit and owes on account."""
    from hub.messages import Customers

    with owner_line(address, key_file) as line:
        shop = _first_shop(line)
        people = line.get("/v1/customers", Customers, phone=phone).customers
        if len(people) != 1:
            raise EntryRefused(_("Not one customer has this number, but {count}.").format(count=len(people)))
        who = people[0].customer_id
        if credit is not None:
            _post(line, shop, AccountKind.STORE_CREDIT, credit, reason, account=who)
        if owes is not None:
            _post(line, shop, AccountKind.ACCOUNT, owes, reason, account=who)
        limit_minor = None if limit is None else parse_money(limit, shop.currency)
        if limit_minor is not None or block is not None:
            _terms(line, AccountKind.ACCOUNT, reason, account=who, blocked=block, limit_minor=limit_minor)
        for kind in (AccountKind.STORE_CREDIT, AccountKind.ACCOUNT):
            _say(line, kind, who)


def _first_shop(line: OwnerClient) -> Shop:
    from omnipos.cli.importing import place

    return place(line)


def _post(line: OwnerClient, shop: Shop, kind: AccountKind, text: str, reason: str, *, account: str) -> None:
    from hub.accountmessages import EntryWish, PostEntries
    from hub.messages import Written

    if not reason.strip():
        raise EntryRefused(_("Say why with --reason; it is kept with the entry."))
    sign = -1 if text.strip().startswith("-") else 1
    amount = sign * parse_money(text.strip().lstrip("+-"), shop.currency)
    wish = EntryWish(
        kind=kind, account=account, entry_id=secrets.token_hex(8), amount_minor=amount, reason=reason
    )
    line.post("/v1/accounts/entries", Written, PostEntries(entries=(wish,)))


def _terms(
    line: OwnerClient,
    kind: AccountKind,
    reason: str,
    *,
    account: str,
    blocked: bool | None,
    limit_minor: int | None = None,
) -> None:
    from hub.accountmessages import AccountsShown, PutTerms, TermsWish

    wish = TermsWish(kind=kind, account=account, blocked=blocked, limit_minor=limit_minor, reason=reason)
    line.put("/v1/accounts", AccountsShown, PutTerms(accounts=(wish,)))


def _say(line: OwnerClient, kind: AccountKind, account: str) -> None:
    from hub.accountmessages import AccountShown

    try:
        found = line.get(f"/v1/accounts/{kind.value}/{account}", AccountShown)
    except Rejected:
        click.echo(_("{kind}: none.").format(kind=_(ACCOUNT_WORDS[kind])))
        return
    for text in account_words(found):
        click.echo(text)


def account_words(found: "AccountShown") -> list[str]:
    """Say a balance, then its latest entries, one a line."""
    head = f"{_(ACCOUNT_WORDS[found.kind])}: {format_money(found.balance_minor, found.currency)}"
    if found.kind is AccountKind.ACCOUNT:
        limit = format_money(found.limit_minor, found.currency)
        head = _("{account} owed, limit {limit}").format(account=head, limit=limit)
    if found.blocked:
        head = _("{account}, blocked").format(account=head)
    lines = [head]
    for entry in found.entries[:MOST_SHOWN]:
        day = datetime.fromtimestamp(entry.at_ms / 1000, UTC)
        amount = format_money(entry.amount_minor, found.currency)
        lines.append(f"  {day:%Y-%m-%d %H:%M}  {amount}  {entry.receipt_number or entry.reason}")
    return lines


@click.command()
@click.argument("store")
@click.option("--gift-card", "card", help="Of one gift card, while the hub is away.")
@click.option("--credit", help="Of one customer's store credit, while the hub is away.")
@click.option("--unseen", help="Of a gift card that the till has never heard of, while the hub is away.")
@hub_options
def store_balances(
    store: str, card: str | None, credit: str | None, unseen: str | None, address: str, key_file: Path
) -> None:
    """Say or change how much of a balance the tills of STORE take offline; 0 is nothing."""
    with owner_line(address, key_file) as line:
        shop = _shop(line, store)
        wanted = {
            "gift_card_offline_minor": card,
            "credit_offline_minor": credit,
            "unseen_card_offline_minor": unseen,
        }
        given = {name: parse_money(text, shop.currency) for name, text in wanted.items() if text is not None}
        if given:
            shop = _change(line, shop, accounts=msgspec.structs.replace(shop.accounts, **given))
    kept = shop.accounts
    click.echo(
        _(
            "Offline, tills of {store} take {card} of a gift card, {credit} of store credit, {unseen} unseen."
        ).format(
            store=shop.code,
            card=format_money(kept.gift_card_offline_minor, shop.currency),
            credit=format_money(kept.credit_offline_minor, shop.currency),
            unseen=format_money(kept.unseen_card_offline_minor, shop.currency),
        )
    )


@click.command()
@click.argument("store")
@click.argument("rates", nargs=-1)
@click.option("--none", "nothing", is_flag=True, help="Take no other currency any more.")
@hub_options
def store_foreign(store: str, rates: tuple[str, ...], nothing: bool, address: str, key_file: Path) -> None:
    """Say or change the RATES at which STORE takes other cash: USD=16500 is what one dollar is worth."""
    with owner_line(address, key_file) as line:
        shop = _shop(line, store)
        if rates or nothing:
            shop = _change(line, shop, foreign=tuple(_rate(one, shop.currency) for one in rates))
    if not shop.foreign:
        click.echo(_("{store} takes cash of its own currency only.").format(store=shop.code))
    for one in shop.foreign:
        worth = format_money(one.rate_minor, shop.currency)
        click.echo(f"{one.currency} 1 = {worth}")


def _rate(text: str, home: str) -> ForeignRate:
    code, equals, worth = text.partition("=")
    if not equals:
        raise EntryRefused(_("Write a rate like USD=16500."))
    return ForeignRate(currency=code.strip().upper(), rate_minor=parse_money(worth, home))


def _shop(line: OwnerClient, store: str) -> Shop:
    from omnipos.cli.importing import place

    return place(line, store)


def _change(
    line: OwnerClient,
    shop: Shop,
    *,
    accounts: AccountSettings | None = None,
    foreign: tuple[ForeignRate, ...] | None = None,
) -> Shop:
    from hub.messages import PutStores, Stores, StoreWish

    wish = StoreWish(code=shop.code, name=shop.name, country=shop.country, accounts=accounts, foreign=foreign)
    (changed,) = line.put("/v1/stores", Stores, PutStores(stores=(wish,))).stores
    return changed


ACCOUNT_COMMANDS = (gift_card, customer_account, store_balances, store_foreign)
