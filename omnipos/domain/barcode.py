"""Barcodes: check digits and the ways one GTIN is written (GS1 General Specifications, 7.9)."""

GTIN_LENGTHS = (8, 12, 13, 14)


def check_digit(digits: str) -> int:
    """Return the GS1 check digit for the digits before it."""
    weighted = 3 * sum(map(int, digits[::-2])) + sum(map(int, digits[-2::-2]))
    return -weighted % 10


def is_gtin(code: str) -> bool:
    """Tell whether a code is a GTIN-8, -12, -13 or -14 with a right check digit."""
    right_shape = code.isascii() and code.isdigit() and len(code) in GTIN_LENGTHS
    return right_shape and check_digit(code[:-1]) == int(code[-1])


def has_wrong_check_digit(code: str) -> bool:
    """Tell whether a code looks like a GTIN, also one without its leading zeros, but for its check digit."""
    right_shape = code.isascii() and code.isdigit() and GTIN_LENGTHS[0] <= len(code) <= GTIN_LENGTHS[-1]
    return right_shape and check_digit(code[:-1]) != int(code[-1])


def canonical(code: str) -> str:
    """Return the one form a barcode is stored and looked up by.

    Scanners drop or add the leading zeros of a GTIN, so digits lose theirs; other codes only
    lose spaces and case.
    """
    code = code.strip()
    if code.isascii() and code.isdigit() and len(code) >= 8:
        return code.lstrip("0") or "0"
    return code.upper()


_MINUS_2 = tuple(n * 2 - n * 2 // 10 for n in range(10))
_MINUS_5 = tuple(n * 5 - n * 5 // 10 for n in range(10))
_PLUS_5 = tuple(n * 5 + n * 5 // 10 for n in range(10))
_TRIPLE = tuple(n * 3 for n in range(10))
"""What a digit counts at its place in a price: the weighting factors 2-, 5-, 5+ and 3."""


def price_verifier(digits: str) -> int:
    """Return the check digit for a price of four or five digits (GS1 General Specifications, 7.9.2 to 7.9.4).

    Raises ValueError for any other number of digits: no verifier is defined for them.
    """
    match len(digits):
        case 4:
            return 3 * _weighted(digits, (_MINUS_2, _MINUS_2, _TRIPLE, _MINUS_5)) % 10
        case 5:
            weighted = _weighted(digits, (_PLUS_5, _MINUS_2, _MINUS_5, _PLUS_5, _MINUS_2))
            return [counts % 10 for counts in _MINUS_5].index(-weighted % 10)
        case _:
            raise ValueError("a price verifier is for four or five digits")


def _weighted(digits: str, factors: tuple[tuple[int, ...], ...]) -> int:
    return sum(factor[int(digit)] for digit, factor in zip(digits, factors, strict=True))
