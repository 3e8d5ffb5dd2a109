"""Phone numbers in any way a person says them, as one E.164 number (ITU-T E.164, libphonenumber's data)."""

from omnipos.domain.errors import CustomerRefused
from omnipos.locale import _

CALLING_CODES = {"ID": "62", "MY": "60", "US": "1", "SG": "65", "GB": "44", "JP": "81"}
_OWN_LENGTHS = {"SG": 8}
"""Where a number without calling code may begin like one: so long such numbers are."""
_SEPARATORS = " -.()/\u00a0\u2010\u2011\u2012\u2013"


def bare(text: str) -> str:
    """Return a number without spaces, dashes and brackets; a leading + stays."""
    return "".join(c for c in text if c not in _SEPARATORS)


def looks_like_phone(text: str) -> bool:
    """Tell whether a typed text reads as a phone number: 7 digits or more, or beginning 0, + or 62."""
    number = bare(text)
    digits = number.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return False
    return len(digits) >= 7 or (len(digits) >= 3 and number.startswith(("0", "+", "62")))


def search_prefix(text: str, country: str) -> str:
    """Return the digits, calling code first, that a number typed so far begins with."""
    number = bare(text)
    code = CALLING_CODES.get(country, "")
    if number.startswith("+"):
        digits = number[1:]
    elif number.startswith("00"):
        digits = number[2:]
    elif number.startswith("0"):
        return code + number[1:]
    elif code and number.startswith(code) and len(number) > _OWN_LENGTHS.get(country, 0):
        digits = number
    else:
        return code + number
    # People write +62 0812…; the trunk zero has no place behind a calling code.
    return code + digits[len(code) + 1 :] if code and digits.startswith(code + "0") else digits


def to_e164(text: str, country: str) -> str:
    """Return a number as E.164, `+6281234567890`.

    Raises CustomerRefused when no such number can exist.
    """
    import phonenumbers

    number = bare(text)
    digits = search_prefix(number, country)
    try:
        # libphonenumber would read letters as the keys they stand on.
        parsed = phonenumbers.parse(f"+{digits}", None) if digits.isascii() and digits.isdigit() else None
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        raise CustomerRefused(
            _("“{number}” is not a phone number that can exist. Check the digits.").format(number=number[:20])
        )
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def display(e164: str) -> str:
    """Write a number for people: `+62 812-3456-7890`."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def masked(e164: str) -> str:
    """Write a number for paper and logs, its middle hidden: `+62…7890`."""
    return f"{e164[:3]}…{e164[-4:]}" if len(e164) > 7 else "…"
