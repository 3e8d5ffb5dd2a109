"""Card numbers: what a person types freely is refused when it holds one, so that none is ever kept.

A payment card's number has 15 to 19 digits, begins as an issuer's numbers do (ISO/IEC 7812) and passes
the Luhn check. All three must fit: every IMEI and a tenth of all barcodes pass Luhn alone.
"""

import re

from omnipos.domain.errors import EntryRefused
from omnipos.domain.names import clean_text
from omnipos.locale import _

_DIGITS = re.compile(r"(?<!\d)\d(?:[ -]?\d){14,18}(?!\d)")
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


def holds_card_number(text: str) -> bool:
    """Tell whether a text holds the number of a payment card, also in groups."""
    return any(_is_card_number(re.sub(r"\D", "", found)) for found in _DIGITS.findall(text))


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
    if holds_card_number(text):
        raise EntryRefused(
            _("That looks like a card number. Never type one; the last four digits are enough.")
        )
    return clean_text(text, longest)
