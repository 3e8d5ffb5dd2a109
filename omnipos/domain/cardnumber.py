"""Card numbers: what a person types freely is refused when it holds one, so that none is ever kept.

A payment card's number has 15 to 19 digits, begins as an issuer's numbers do (ISO/IEC 7812) and passes
the Luhn check. All three must fit: every IMEI and a tenth of all barcodes pass Luhn alone.
"""

import re
from collections.abc import Sequence

from omnipos.domain.errors import EntryRefused
from omnipos.domain.names import clean_text
from omnipos.locale import _

_BETWEEN = r"[\s\u2010-\u2015\u200b-\u200d\u2060-]"
"""What stands between groups of digits: spaces, dashes, and what is not seen at all."""
_DIGITS = re.compile(rf"\d(?:{_BETWEEN}{{0,3}}\d){{14,}}")
_ISSUERS = (
    (34, 34, 15),  # American Express
    (37, 37, 15),
    (1946, 1946, 16),  # GPN, Indonesia
    (2221, 2720, 16),  # Mastercard
    (51, 55, 16),
    (3528, 3589, 16),  # JCB
    (4, 4, 16),  # Visa
    (4, 4, 19),
    (60, 69, 16),  # Discover, RuPay, Maestro, UnionPay
    (60, 69, 19),
    (81, 82, 16),  # UnionPay, RuPay
)
"""First and last beginning of an issuer's numbers, and how many digits they have."""
_LENGTHS = frozenset(length for _first, _last, length in _ISSUERS)
_LONGEST = max(_LENGTHS)


def holds_card_number(text: str) -> bool:
    """Tell whether a text holds the number of a payment card, also in groups, also among other numbers."""
    return any(_has_card_number(re.split(f"{_BETWEEN}+", found)) for found in _DIGITS.findall(text))


def without_card_numbers(text: str) -> str:
    """Return a text in which no card number can be read: what was typed by mistake is not shown again."""
    return _DIGITS.sub(lambda found: "••••" if holds_card_number(found[0]) else found[0], text)


def _has_card_number(groups: Sequence[str]) -> bool:
    """Tell whether some groups of digits, one after the other, are together a card's number."""
    for begin in range(len(groups)):
        digits = ""
        for group in groups[begin:]:
            digits += group
            if len(digits) > _LONGEST:
                break
            if len(digits) in _LENGTHS and _is_card_number(digits):
                return True
    return False


def _is_card_number(digits: str) -> bool:
    fits = any(
        len(digits) == length and first <= int(digits[: len(str(first))]) <= last
        for first, last, length in _ISSUERS
    )
    return fits and is_luhn(digits)


def is_luhn(digits: str) -> bool:
    """Tell whether digits end with the check digit of Luhn (ISO/IEC 7812-1, annex B)."""
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    return (sum(map(int, digits[-1::-2])) + sum(n - 9 if n > 9 else n for n in doubled)) % 10 == 0


def free_text(text: str, longest: int) -> str:
    """Return what a person typed freely, cleaned and cut; raise EntryRefused when it holds a card number."""
    # Cleaned first: what is taken out may be all that keeps its digits apart.
    clean = clean_text(text, max(len(text), 1))
    if holds_card_number(clean):
        raise EntryRefused(
            _("That looks like a card number. Never type one; the last four digits are enough.")
        )
    return clean_text(clean, longest)
