"""A buyer's tax number fits its country; it may look like a card's number, and nothing else may."""

import pytest

from omnipos.domain.buyer import Buyer, TaxIdKind, check_buyer, is_email
from omnipos.domain.cardnumber import holds_card_number
from omnipos.domain.errors import EntryRefused


@pytest.mark.parametrize(
    ("country", "kind", "typed", "kept"),
    [
        ("ID", "", "01.234.567.8-901.000", (TaxIdKind.NPWP, "012345678901000")),
        ("ID", "npwp", "0012345678901000", (TaxIdKind.NPWP, "0012345678901000")),
        ("ID", "NIK", "3171 2345 6789 0001", (TaxIdKind.NIK, "3171234567890001")),
        ("MY", "", "ig12345678901", (TaxIdKind.TIN, "IG12345678901")),
        ("MY", "tin", "C2584563202", (TaxIdKind.TIN, "C2584563202")),
        ("GB", "", "GB 123 4567 89", (TaxIdKind.VAT, "GB123456789")),
    ],
)
def test_a_number_is_kept_as_its_office_writes_it(
    country: str, kind: str, typed: str, kept: tuple[TaxIdKind, str]
) -> None:
    buyer = check_buyer(kind, typed, " PT  Maju ", "", "", country)
    assert (buyer.kind, buyer.number, buyer.name) == (*kept, "PT Maju")


@pytest.mark.parametrize(
    ("country", "kind", "number", "said"),
    [
        ("ID", "", "12345", "15 or 16 digits"),
        ("ID", "nik", "012345678901000", "16 digits"),
        ("ID", "tin", "IG12345678901", "one of: NPWP, NIK"),
        ("MY", "", "12345678901", "letters and digits"),
        ("MY", "", "IG１２３４５６７８９０１", "letters and digits"),
        ("DE", "", "!", "4 to 20"),
    ],
)
def test_what_is_no_number_there_is_refused(country: str, kind: str, number: str, said: str) -> None:
    with pytest.raises(EntryRefused, match=said):
        check_buyer(kind, number, "Ani", "", "", country)


def test_only_the_tax_number_may_look_like_a_cards() -> None:
    number = "6011111111111117"
    assert holds_card_number(number)
    assert check_buyer("nik", number, "Ani", "Jl. Melati", "", "ID").number == number
    for name, address in ((number, ""), ("Ani", number)):
        with pytest.raises(EntryRefused, match="card number"):
            check_buyer("nik", number, name, address, "", "ID")
    with pytest.raises(EntryRefused, match="name as it is to stand"):
        check_buyer("nik", number, " ", "", "", "ID")


def test_an_email_has_the_usual_form() -> None:
    good = ("a@b.co", "ani.wati+shop@mail.example.co.id")
    bad = ("a@b", "a b@c.de", "a@b.c\nBcc: x@y.z", "a@b..c", "<a@b.co>", "a@b.co,c@d.ef", "x" * 200 + "@b.co")
    assert [is_email(one) for one in (*good, *bad)] == [True, True, *[False] * 7]
    assert check_buyer("", "0012345678901000", "Ani", "", "a@b.co", "ID") == Buyer(
        kind=TaxIdKind.NPWP, number="0012345678901000", name="Ani", email="a@b.co"
    )
    with pytest.raises(EntryRefused, match="no e-mail address"):
        check_buyer("", "0012345678901000", "Ani", "", "a@b", "ID")
