"""A buyer's tax data: what a tax invoice needs, asked for at the counter and validated elsewhere."""

import re
from enum import StrEnum

import msgspec

from omnipos.domain.cardnumber import free_text
from omnipos.domain.errors import EntryRefused
from omnipos.domain.names import clean_text
from omnipos.locale import _, later


class TaxIdKind(StrEnum):
    """By what a buyer is known to a tax office."""

    NPWP = "npwp"
    NIK = "nik"
    TIN = "tin"
    VAT = "vat"


class Buyer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who asks for a tax invoice. All of it is personal data and stands outside of the hash chain."""

    kind: TaxIdKind
    number: str
    name: str
    address: str = ""
    email: str = ""


KINDS = {"ID": (TaxIdKind.NPWP, TaxIdKind.NIK), "MY": (TaxIdKind.TIN,)}
"""What is asked for in a country, the usual one first; elsewhere it is a VAT number."""
KIND_WORDS = {TaxIdKind.NPWP: "NPWP", TaxIdKind.NIK: "NIK", TaxIdKind.TIN: "TIN", TaxIdKind.VAT: "VAT"}
_FORMS = {
    TaxIdKind.NPWP: r"\d{15,16}",
    TaxIdKind.NIK: r"\d{16}",
    TaxIdKind.TIN: r"[A-Z]{1,3}\d{8,13}",
    TaxIdKind.VAT: r"[A-Z0-9]{4,20}",
}
_FORM_WORDS = {
    TaxIdKind.NPWP: later("An NPWP has 15 or 16 digits."),
    TaxIdKind.NIK: later("A NIK has 16 digits."),
    TaxIdKind.TIN: later("A TIN is letters and digits, such as IG12345678901 or C2584563202."),
    TaxIdKind.VAT: later("A VAT number has 4 to 20 letters and digits."),
}
LONGEST_NUMBER = 30
LONGEST_NAME = 80
LONGEST_ADDRESS = 160
LONGEST_EMAIL = 120


def kinds_of(country: str) -> tuple[TaxIdKind, ...]:
    """Return by what buyers are known in a country, the usual one first."""
    return KINDS.get(country, (TaxIdKind.VAT,))


def check_buyer(kind: str, number: str, name: str, address: str, email: str, country: str) -> Buyer:
    """Return a buyer of what was typed; an empty kind is the usual one of the country.

    The number may look like that of a payment card, which nothing else may. Raises EntryRefused.
    """
    known = kinds_of(country)
    wanted = kind.strip().casefold() or known[0].value
    found = next((one for one in known if one.value == wanted), None)
    if found is None:
        words = ", ".join(KIND_WORDS[one] for one in known)
        raise EntryRefused(_("The tax number here is one of: {kinds}.").format(kinds=words))
    written = re.sub(r"[ .\-/]", "", number).upper()[:LONGEST_NUMBER]
    if not re.fullmatch(_FORMS[found], written, re.ASCII):
        raise EntryRefused(_(_FORM_WORDS[found]))
    cleaned = free_text(name, LONGEST_NAME)
    if not cleaned:
        raise EntryRefused(_("Type the buyer's name as it is to stand on the tax invoice."))
    mail = clean_text(email, LONGEST_EMAIL)
    if mail and not is_email(mail):
        raise EntryRefused(_("“{email}” is no e-mail address.").format(email=mail))
    return Buyer(
        kind=found, number=written, name=cleaned, address=free_text(address, LONGEST_ADDRESS), email=mail
    )


def is_email(text: str) -> bool:
    """Tell whether a text can be an e-mail address of the usual form."""
    return len(text) <= LONGEST_EMAIL and bool(
        re.fullmatch(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+", text, re.ASCII)
    )
