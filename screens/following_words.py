"""How a basket that may follow its cashier is said, on screen and in the plain counter."""

from omnipos.domain.following import AwayBasket
from omnipos.domain.money import format_money
from omnipos.locale import ngettext


def offer_words(one: AwayBasket, currency: str) -> str:
    """Say which basket lies where: `Your basket 17 with 3 lines, Rp 41.190, is at till 1.`"""
    return ngettext(
        "Your basket {number} with {count} line, {total}, is at till {till}.",
        "Your basket {number} with {count} lines, {total}, is at till {till}.",
        one.lines,
    ).format(
        number=one.number, count=one.lines, total=format_money(one.total_minor, currency), till=one.from_till
    )
