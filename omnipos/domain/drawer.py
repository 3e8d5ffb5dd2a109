"""The drawer: what lies in it by denomination, what goes in and out that is no sale, and its rules."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from omnipos.domain.errors import EntryRefused
from omnipos.domain.money import currency, format_amount, format_money, parse_money
from omnipos.locale import _, later

MOST_PIECES = 100_000
"""No drawer holds more coins of one kind; beyond it an entry is a slip of the finger."""


MOST_NOTES = 10_000
"""So many of the largest note go in or out at once at most; beyond it a zero was typed too many."""


class CashMove(StrEnum):
    """Cash that goes in or out and is no sale."""

    PAID_IN = "paid_in"
    PAID_OUT = "paid_out"
    SAFE_DROP = "safe_drop"


MOVE_WORDS = {
    CashMove.PAID_IN: later("Paid in"),
    CashMove.PAID_OUT: later("Paid out"),
    CashMove.SAFE_DROP: later("Safe drop"),
}


class Pieces(msgspec.Struct, frozen=True, kw_only=True):
    """So many notes or coins of one denomination."""

    worth_minor: int
    count: int


class DrawerRules(msgspec.Struct, frozen=True, kw_only=True):
    """How a shop keeps its drawers."""

    blind: bool = True
    """What should be in the drawer is not told before it was counted."""
    over_short_limit_minor: int | None = None
    """Beyond it a difference takes a reason and a manager's word; unset, the currency's smallest note."""
    paid_out_limit_minor: int | None = None
    """Beyond it paying out takes a manager's word; unset, it never does."""
    kicks: bool = True
    """Whether a receipt with cash on it opens the drawer."""


def limit_minor(rules: DrawerRules, code: str) -> int:
    """Return how much a drawer may be over or short before a manager must say why."""
    limit = rules.over_short_limit_minor
    return min(currency(code).notes) if limit is None else max(limit, 0)


def denominations(code: str) -> tuple[int, ...]:
    """Return the worth of a currency's notes and coins in minor units, the largest first."""
    money = currency(code)
    return tuple(sorted({*money.notes, *money.coins}, reverse=True))


def check_moved(amount_minor: int, code: str) -> int:
    """Return a sum that can go into or out of a drawer at once; raise EntryRefused for any other."""
    if amount_minor <= 0:
        raise EntryRefused(_("Type the sum that goes in or out."))
    if amount_minor > denominations(code)[0] * MOST_NOTES:
        raise EntryRefused(
            _("{amount} is more than any drawer holds. Check what was typed.").format(
                amount=format_money(amount_minor, code)
            )
        )
    return amount_minor


def counted(pieces: Mapping[int, int], code: str) -> tuple[Pieces, ...]:
    """Return a count by denomination; raise EntryRefused for what is no money."""
    known = denominations(code)
    for worth_minor, count in pieces.items():
        if worth_minor not in known:
            raise EntryRefused(
                _("There is no note or coin of {worth}. There are {known}.").format(
                    worth=format_amount(worth_minor, code),
                    known=", ".join(format_amount(one, code) for one in known),
                )
            )
        if not 0 <= count <= MOST_PIECES:
            raise EntryRefused(_("{count} is no number of notes or coins.").format(count=count))
    return tuple(Pieces(worth_minor=one, count=pieces[one]) for one in known if pieces.get(one))


def parse_count(text: str) -> int:
    """Read how many pieces there are; nothing typed is none. Raises EntryRefused."""
    plain = text.strip() or "0"
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 6):
        raise EntryRefused(_("“{text}” is no number of notes or coins.").format(text=plain[:20]))
    return int(plain)


def parse_pieces(words: Iterable[str], code: str) -> tuple[Pieces, ...]:
    """Read a count as it is typed, `3*100.000 12*500`; raise EntryRefused."""
    pieces: dict[int, int] = {}
    for word in words:
        count, star, worth = word.partition("*")
        if not star:
            raise EntryRefused(
                _("Count by denomination: how many, *, and what each is worth, like {example}.").format(
                    example=f"3*{format_amount(denominations(code)[0], code)}"
                )
            )
        worth_minor = parse_money(worth, code)
        pieces[worth_minor] = pieces.get(worth_minor, 0) + parse_count(count)
    return counted(pieces, code)


def worth_of(pieces: Iterable[Pieces]) -> int:
    """Return what counted money comes to."""
    return sum(one.worth_minor * one.count for one in pieces)
