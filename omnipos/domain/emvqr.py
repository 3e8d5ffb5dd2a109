"""Payment QR codes as EMVCo lays them out (QRIS, DuitNow QR): read, checked, never changed without need.

EMV QR Code Specification for Payment Systems, Merchant-Presented Mode: fields of two digits of tag, two
of length and a value; a length counts characters, the check sum runs over their UTF-8 bytes.
"""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from omnipos.domain.errors import QrRefused
from omnipos.domain.money import currency
from omnipos.domain.names import clean_text
from omnipos.domain.shop import QrSettings
from omnipos.locale import _

LONGEST_PAYLOAD = 512
"""Characters of a payload; the specification's own limit."""

_FORMAT, _METHOD, _CURRENCY, _AMOUNT, _COUNTRY, _NAME, _CITY, _MORE, _CRC = (
    "00", "01", "53", "54", "58", "59", "60", "62", "63",
)  # fmt: skip
_STATIC, _DYNAMIC = "11", "12"
_NEEDED = (_FORMAT, "52", _CURRENCY, _COUNTRY, _NAME, _CITY)
_CRC_HEAD = "6304"
_LONGEST_AMOUNT = 13

# ISO 4217's numbers of the currencies that the till knows.
_NUMBERS = {
    "360": "IDR", "458": "MYR", "840": "USD", "826": "GBP", "978": "EUR", "392": "JPY", "414": "KWD",
    "702": "SGD",
}  # fmt: skip


class QrScheme(StrEnum):
    """Whose rules a code follows, by the account it names."""

    QRIS = "QRIS"
    DUITNOW = "DuitNow QR"
    OTHER = "QR"


_OWNERS = {"ID.CO.QRIS.WWW": QrScheme.QRIS, "A0000006150001": QrScheme.DUITNOW}


class Field(msgspec.Struct, frozen=True):
    """One field of a payload: two digits of tag, and its value as it stands there."""

    tag: str
    value: str


class PaymentQr(msgspec.Struct, frozen=True, kw_only=True):
    """A payload that was read; `text` is it, to the character, as it is drawn."""

    text: str
    fields: tuple[Field, ...]
    scheme: QrScheme
    is_static: bool
    """The same code for every customer; the sum is typed in the customer's app unless it names one."""
    currency: str
    """ISO 4217 letters; empty for one that the till does not know."""
    merchant: str
    city: str
    amount: str = ""
    """The sum as it is written in the code; empty where the customer types it."""
    amount_minor: int | None = None
    merchant_id: str = ""
    """QRIS: the NMID; DuitNow: the merchant's id at its acquirer."""
    terminal: str = ""


def crc16(text: str) -> str:
    """Return the check sum of a text as four hex digits.

    CRC-16/CCITT-FALSE (polynomial 1021, from FFFF) over the UTF-8 bytes; `123456789` is 29B1.
    """
    crc = 0xFFFF
    for byte in text.encode():
        crc ^= byte << 8
        for _bit in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
        crc &= 0xFFFF
    return f"{crc:04X}"


def read_payload(text: str) -> PaymentQr:
    """Return what a payload says; raise QrRefused, with the reason, for one that no app would pay.

    Space around it is dropped: it comes from copying, and is no part of the code.
    """
    payload = text.strip()
    _check_text(payload)
    fields = tuple(_fields(payload))
    _check_sum(payload, fields)
    values = {field.tag: field.value for field in fields}
    _check_fields(fields, values)
    code = _NUMBERS.get(values[_CURRENCY], "")
    accounts = [_inner(field.value) for field in fields if "26" <= field.tag <= "51"]
    scheme = next((_OWNERS[one["00"]] for one in accounts if one.get("00") in _OWNERS), QrScheme.OTHER)
    return PaymentQr(
        text=payload,
        fields=fields,
        scheme=scheme,
        is_static=values.get(_METHOD, _STATIC) != _DYNAMIC,
        currency=code,
        merchant=values[_NAME],
        city=values[_CITY],
        amount=values.get(_AMOUNT, ""),
        amount_minor=_amount_minor(values[_AMOUNT], code) if _AMOUNT in values and code else None,
        merchant_id=_merchant_id(accounts),
        terminal=_inner(values.get(_MORE, "")).get("07", ""),
    )


def written(fields: tuple[Field, ...]) -> str:
    """Return the payload of some fields, in their order, its check sum made anew at the end."""
    body = "".join(_one_field(field) for field in fields if field.tag != _CRC) + _CRC_HEAD
    return body + crc16(body)


def with_amount(code: PaymentQr, amount_minor: int) -> PaymentQr:
    """Return a static code as one that asks for this sum: a one-time code with a new check sum.

    The bank has not made this code: only for a shop that has allowed it and knows that its acquirer
    takes it. Raises QrRefused for a code that has a sum of its own, and for no sum.
    """
    if not code.is_static or code.amount:
        raise QrRefused(_("This QR code has a sum of its own. It stays as it is."))
    amount = _amount_text(amount_minor, code.currency)
    if amount_minor <= 0 or len(amount) > _LONGEST_AMOUNT:
        raise QrRefused(_("That sum cannot stand in a QR code."))
    left = tuple(field for field in code.fields if field.tag not in (_METHOD, _AMOUNT, _CRC))
    at = next(at for at, field in enumerate(left) if field.tag == _CURRENCY) + 1
    changed = (left[0], Field(_METHOD, _DYNAMIC), *left[1:at], Field(_AMOUNT, amount), *left[at:])
    return read_payload(written(changed))


def checked_static(text: str, currency_code: str) -> PaymentQr:
    """Return a shop's own standing code; raise QrRefused for any other, or one in another currency."""
    code = read_payload(text)
    if not code.is_static:
        raise QrRefused(
            _("This QR code is for one payment only. Take the one that the acquirer gave for the counter.")
        )
    if code.amount:
        raise QrRefused(
            _("This QR code asks for one fixed sum. Take the one where the customer types the sum.")
        )
    if code.currency != currency_code:
        raise QrRefused(
            _("The QR code is in {other}, but the shop's money is {own}.").format(
                other=code.currency or "?", own=currency_code
            )
        )
    return code


def checked_qr(settings: QrSettings, currency_code: str) -> QrSettings:
    """Return a shop's settings as they are kept; raise QrRefused for a code that cannot be paid."""
    payload = settings.static_payload.strip()
    return QrSettings(
        static_payload=checked_static(payload, currency_code).text if payload else "",
        acquirer=clean_text(settings.acquirer, 24),
        allow_amount=settings.allow_amount,
    )


def _check_text(payload: str) -> None:
    if not payload:
        raise QrRefused(_("There is no QR code here. Paste all that a scanner reads from it."))
    if len(payload) > LONGEST_PAYLOAD or not payload.isprintable():
        raise QrRefused(_("That is no payment QR code: it is too long, or has signs that cannot be seen."))
    if not payload.startswith("0002"):
        raise QrRefused(
            _("That is no payment QR code: one begins with 000201. Paste all that a scanner reads from it.")
        )


def _fields(text: str) -> Iterator[Field]:
    at = 0
    while at < len(text):
        head = text[at : at + 4]
        if not (len(head) == 4 and head.isascii() and head.isdigit()):
            raise _broken(at)
        tag, length = head[:2], int(head[2:])
        value = text[at + 4 : at + 4 + length]
        if not length or len(value) != length:
            raise _broken(at)
        yield Field(tag, value)
        at += 4 + length


def _broken(at: int) -> QrRefused:
    return QrRefused(
        _(
            "The QR code is broken after {count} characters: part of it is missing. Paste all that a scanner"
            " reads from it."
        ).format(count=at)
    )


def _check_sum(payload: str, fields: tuple[Field, ...]) -> None:
    last = fields[-1]
    if last.tag != _CRC or len(last.value) != 4:
        raise QrRefused(_("The QR code does not end with its check sum. Paste all that a scanner reads."))
    if crc16(payload[:-4]) != last.value.upper():
        raise QrRefused(
            _(
                "The check sum of the QR code is wrong, so a sign was misread or changed. Scan it again from"
                " the acquirer's original."
            )
        )


def _check_fields(fields: tuple[Field, ...], values: dict[str, str]) -> None:
    if len(values) != len(fields):
        raise QrRefused(_("The QR code says something twice. Ask the acquirer for it again."))
    missing = [tag for tag in _NEEDED if tag not in values]
    if not any("02" <= tag <= "51" for tag in values):
        missing.append("26–51")
    if missing:
        raise QrRefused(
            _("The QR code does not say all that a payment needs (missing: {tags}).").format(
                tags=", ".join(missing)
            )
        )
    if values.get(_METHOD, _STATIC) not in (_STATIC, _DYNAMIC):
        raise QrRefused(_("The QR code says neither that it is used once nor that it is used always."))


def _inner(value: str) -> dict[str, str]:
    """Return the fields inside a value; what is not written as fields has none."""
    try:
        return {field.tag: field.value for field in _fields(value)}
    except QrRefused:
        return {}


def _merchant_id(accounts: list[dict[str, str]]) -> str:
    known = [one for one in accounts if one.get("00") in _OWNERS]
    return next((one["02"] for one in known or accounts if "02" in one), "")


def _amount_minor(text: str, code: str) -> int:
    decimals = currency(code).decimals
    whole, _point, rest = text.partition(".")
    digits = whole + rest[:decimals].ljust(decimals, "0")
    is_sum = whole.isascii() and whole.isdigit() and len(text) <= _LONGEST_AMOUNT
    is_sum = is_sum and (not rest or (rest.isascii() and rest.isdigit())) and not rest[decimals:].strip("0")
    if not is_sum or int(digits) <= 0:
        raise QrRefused(_("The sum in the QR code cannot be read: {text}").format(text=text))
    return int(digits)


def _amount_text(amount_minor: int, code: str) -> str:
    decimals = currency(code).decimals
    whole, rest = divmod(amount_minor, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}" if decimals else str(whole)


def _one_field(field: Field) -> str:
    assert 0 < len(field.value) <= 99, "a field's length has two digits"
    return f"{field.tag}{len(field.value):02d}{field.value}"
