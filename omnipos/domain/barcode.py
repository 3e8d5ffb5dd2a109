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
