"""Money as whole minor units of one currency: how it is rounded, written and read."""

from enum import StrEnum

import msgspec

from omnipos.domain.errors import EntryRefused
from omnipos.locale import _

MOST_MINOR = 10**15
"""No sum a shop handles comes near this; beyond it an entry is a slip of the finger."""


class Currency(msgspec.Struct, frozen=True, kw_only=True):
    """How one currency is counted and written in its shops."""

    code: str
    decimals: int
    prefix: str
    group: str = ","
    point: str = "."
    notes: tuple[int, ...] = ()
    """Common banknotes in minor units, smallest first."""
    coins: tuple[int, ...] = ()
    """Coins in use, in minor units, smallest first."""


# Decimals as in ISO 4217, but IDR without: no shop counts sen, while CLDR and Babel say 2.
_CURRENCIES = {
    c.code: c
    for c in (
        Currency(code="IDR", decimals=0, prefix="Rp ", group=".", point=",",
                 notes=(1000, 2000, 5000, 10000, 20000, 50000, 100000), coins=(100, 200, 500, 1000)),
        Currency(code="MYR", decimals=2, prefix="RM ", notes=(100, 500, 1000, 2000, 5000, 10000),
                 coins=(5, 10, 20, 50)),
        Currency(code="USD", decimals=2, prefix="$", notes=(100, 500, 1000, 2000, 5000, 10000),
                 coins=(1, 5, 10, 25, 50, 100)),
        Currency(code="GBP", decimals=2, prefix="£", notes=(500, 1000, 2000, 5000),
                 coins=(1, 2, 5, 10, 20, 50, 100, 200)),
        Currency(code="EUR", decimals=2, prefix="€ ", group=".", point=",",
                 notes=(500, 1000, 2000, 5000, 10000), coins=(1, 2, 5, 10, 20, 50, 100, 200)),
        Currency(code="JPY", decimals=0, prefix="¥", notes=(1000, 5000, 10000),
                 coins=(1, 5, 10, 50, 100, 500)),
        Currency(code="KWD", decimals=3, prefix="KD ", notes=(250, 500, 1000, 5000, 10000, 20000),
                 coins=(5, 10, 20, 50, 100)),
        Currency(code="SGD", decimals=2, prefix="S$", notes=(200, 500, 1000, 5000, 10000),
                 coins=(5, 10, 20, 50, 100)),
    )
}  # fmt: skip


def currency(code: str) -> Currency:
    """Return a currency by its ISO 4217 code.

    Raises EntryRefused for a currency the till does not know.
    """
    try:
        return _CURRENCIES[code]
    except KeyError:
        known = ", ".join(sorted(_CURRENCIES))
        raise EntryRefused(
            _("Currency {code} is not known. Known are {known}.").format(code=code, known=known)
        ) from None


def is_currency(code: str) -> bool:
    """Tell whether the till knows a currency of that code."""
    return code in _CURRENCIES


def half_up(numerator: int, denominator: int) -> int:
    """Divide and round halves away from zero, in whole numbers."""
    assert denominator > 0, "the denominator is a positive number"
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return rounded if numerator >= 0 else -rounded


def line_amount(quantity_milli: int, unit_price_minor: int) -> int:
    """Return what a quantity (thousandths) costs at a price per piece or kilogram, half up."""
    return half_up(quantity_milli * unit_price_minor, 1000)


def format_amount(minor: int, code: str) -> str:
    """Write a sum without its currency: 41190 rupiah as `41.190`, a minus as U+2212."""
    money = currency(code)
    whole, rest = divmod(abs(minor), 10**money.decimals)
    text = f"{whole:,}".replace(",", money.group)
    if money.decimals:
        text += f"{money.point}{rest:0{money.decimals}d}"
    return f"−{text}" if minor < 0 else text


def format_money(minor: int, code: str) -> str:
    """Write a sum with its currency as shops write it: `Rp 41.190`, `RM 13.30`, `$1.10`."""
    sign = "−" if minor < 0 else ""
    return f"{sign}{currency(code).prefix}{format_amount(abs(minor), code)}"


def parse_money(text: str, code: str) -> int:
    """Read a sum typed in major units and return minor units.

    Group marks are allowed in their places only (`50.000` is fifty thousand rupiah), so that
    no slip is read as a thousand times the sum. Raises EntryRefused.
    """
    money = currency(code)
    plain = text.strip().removeprefix(money.prefix.strip()).strip()
    whole, point, rest = plain.partition(money.point)
    groups = whole.split(money.group)
    grouped = len(groups) == 1 or (1 <= len(groups[0]) <= 3 and all(len(g) == 3 for g in groups[1:]))
    digits = "".join(groups)
    fits = grouped and digits.isascii() and digits.isdigit()
    fits = fits and (not point or (rest.isascii() and rest.isdigit()))
    if not plain:
        raise EntryRefused(
            _("Type a sum, such as {example}.").format(example=format_amount(50 * 10**3, code))
        )
    if not fits or len(rest) > money.decimals or len(digits) > 15:
        raise EntryRefused(
            _("“{text}” is not a sum. Type it like {example}.").format(
                text=text[:20], example=format_amount(50 * 10**3, code)
            )
        )
    minor = int(digits + rest.ljust(money.decimals, "0"))
    if minor > MOST_MINOR:
        raise EntryRefused(_("That sum is too large. Check what was typed."))
    return minor


class RoundingMode(StrEnum):
    """How a sum settled in cash is rounded."""

    OFF = "off"
    NEAREST = "nearest"
    DOWN = "down"


class CashRounding(msgspec.Struct, frozen=True, kw_only=True):
    """A shop's rule for sums settled in cash; the step is in minor units."""

    mode: RoundingMode = RoundingMode.OFF
    step_minor: int = 1


def round_cash(minor: int, rule: CashRounding) -> int:
    """Return the sum to settle in cash.

    Sources: BNM rounding mechanism 2008 (82.03 becomes 82.05); Permendag 35/2013 for rupiah.
    """
    step = rule.step_minor
    if rule.mode is RoundingMode.OFF or step <= 1:
        return minor
    if rule.mode is RoundingMode.DOWN:
        return minor // step * step if minor >= 0 else -(-minor // step * step)
    return half_up(minor, step) * step


def round_down(minor: int, rule: CashRounding) -> int:
    """Return how much of a sum above zero can be given in cash without exceeding it."""
    if rule.mode is RoundingMode.OFF or rule.step_minor <= 1:
        return minor
    return minor // rule.step_minor * rule.step_minor
