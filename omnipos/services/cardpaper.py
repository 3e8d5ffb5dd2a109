"""What a sale's papers say of gift cards and other balances: what is left, and new cards' own slips."""

from omnipos.domain.account import AccountKind, is_own_code
from omnipos.domain.accountmoves import sale_moves
from omnipos.domain.paper import BalanceShown, GiftCardPaper
from omnipos.domain.sale import Sale
from omnipos.domain.shop import Shop
from omnipos.domain.tender import Tender, TenderKind
from omnipos.services.till import Till
from omnipos.store import accounts

KINDS = {
    TenderKind.GIFT_CARD: AccountKind.GIFT_CARD,
    TenderKind.STORE_CREDIT: AccountKind.STORE_CREDIT,
    TenderKind.ACCOUNT: AccountKind.ACCOUNT,
}


def balances_after(till: Till, sale: Sale) -> tuple[BalanceShown, ...]:
    """Return what is left of each balance that a sale was just paid with or put money on, once each.

    Of a card that this till knows nothing else of, nothing is said.
    """
    keys = [_key(sale, tender) for tender in sale.tenders if tender.kind in KINDS]
    keys += [(AccountKind.GIFT_CARD, line.gift_card) for line in sale.lines if line.gift_card]
    keys += [(AccountKind.ACCOUNT, line.pays_off) for line in sale.lines if line.pays_off]
    keys += [(AccountKind.DEPOSIT, line.deposit_on) for line in sale.lines if line.deposit_on]
    found = (
        accounts.standing_of(till.store.books, kind, account_id, sale.currency)
        for kind, account_id in dict.fromkeys(keys)
    )
    return tuple(
        BalanceShown(kind=one.kind, account_id=one.account_id, balance_minor=one.balance_minor)
        for one in found
        if one.is_known or one.kind is AccountKind.ACCOUNT
    )


def _key(sale: Sale, tender: Tender) -> tuple[AccountKind, str]:
    return KINDS[tender.kind], tender.reference or sale.customer_id


def new_cards(till: Till, shop: Shop, sale: Sale) -> tuple[GiftCardPaper, ...]:
    """Return the slips of the cards that came to be with a sale: their code is on no other paper."""
    put_on: dict[str, int] = {}
    for move in sale_moves(sale):
        if move.kind is AccountKind.GIFT_CARD and is_own_code(move.account_id):
            put_on[move.account_id] = put_on.get(move.account_id, 0) + move.amount_minor
    return tuple(
        GiftCardPaper(
            code=code,
            amount_minor=amount,
            currency=sale.currency,
            shop=shop,
            printed_at_ms=sale.completed_at_ms,
            receipt_number=sale.receipt_number,
        )
        for code, amount in put_on.items()
        if amount > 0 and _is_new(till, code, sale.currency, amount)
    )


def _is_new(till: Till, code: str, currency: str, amount_minor: int) -> bool:
    """Tell whether nothing was on a card before this sum, as far as this till knows."""
    standing = accounts.standing_of(till.store.books, AccountKind.GIFT_CARD, code, currency)
    is_told = standing.account is not None and standing.account.issued
    return not is_told and standing.unsent_minor + standing.spent_unsent_minor == amount_minor
