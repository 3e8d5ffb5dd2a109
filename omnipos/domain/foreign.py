"""Cash in another currency: what it is worth here, and where taking it is against the law."""

from collections.abc import Sequence

import msgspec

from omnipos.domain.errors import EntryRefused, TenderRefused
from omnipos.domain.money import MOST_MINOR, currency, parse_money
from omnipos.domain.tender import ForeignMoney, Tender, TenderKind
from omnipos.locale import _

OWN_CURRENCY_ONLY = frozenset({"ID"})
"""Countries whose law has payments made in their own currency alone (Indonesia: UU 7/2011, art. 21)."""


class ForeignRate(msgspec.Struct, frozen=True, kw_only=True):
    """What 1 major unit of another currency is worth, in the shop's minor units."""

    currency: str
    rate_minor: int


def check_rates(rates: Sequence[ForeignRate], country: str, home: str) -> None:
    """Raise EntryRefused for rates that a shop in a country cannot have."""
    if rates and country in OWN_CURRENCY_ONLY:
        raise EntryRefused(
            _("The law of {country} has all cash paid in {currency}. No rate was set.").format(
                country=country, currency=home
            )
        )
    seen = [one.currency for one in rates]
    for one in rates:
        currency(one.currency)
        if one.currency == home or seen.count(one.currency) > 1:
            raise EntryRefused(
                _("Give each other currency one rate. {currency} is here twice, or the shop's own.").format(
                    currency=one.currency
                )
            )
        if not 0 < one.rate_minor <= MOST_MINOR:
            raise EntryRefused(_("The rate of {currency} is not above 0.").format(currency=one.currency))


def foreign_cash(text: str, code: str, rates: Sequence[ForeignRate]) -> Tender:
    """Return the tender that a typed sum of another currency is, at the shop's rate, rounded down."""
    wanted = code.strip().upper()
    rate = next((one for one in rates if one.currency == wanted), None)
    if rate is None:
        if not rates:
            raise TenderRefused(_("This shop takes cash of its own currency only."))
        known = ", ".join(one.currency for one in rates)
        raise TenderRefused(_("No rate is set here for that. Taken are {known}.").format(known=known))
    amount = parse_money(text, wanted)
    if amount <= 0:
        raise TenderRefused(_("Type the sum that the customer gave."))
    money = ForeignMoney(currency=wanted, amount_minor=amount, rate_minor=rate.rate_minor)
    return Tender(kind=TenderKind.FOREIGN_CASH, amount_minor=worth_minor(money), foreign=money)


def worth_minor(money: ForeignMoney) -> int:
    """Return what foreign money is worth in the shop's own, rounded down."""
    whole: int = 10 ** currency(money.currency).decimals
    return money.amount_minor * money.rate_minor // whole
