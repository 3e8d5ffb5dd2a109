"""No card number is ever kept: whatever a person may type freely is looked at before it is written."""

from pathlib import Path

import pytest

from omnipos.domain.cardnumber import holds_card_number
from omnipos.domain.catalogue import Item
from omnipos.domain.customer import CustomerDraft
from omnipos.domain.errors import DomainError
from omnipos.services import approving, collecting, recognising, selling
from omnipos.services.till import Till
from tests.rigs import INDOMIE, selling_till

VISA, GPN, AMEX = "4111 1111 1111 1111", "1946-0000-0000-0005", "378282246310005"


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return selling_till(tmp_path / "till")


@pytest.mark.parametrize(
    "text",
    [
        VISA,
        GPN,
        AMEX,
        f"paid with {VISA}, thanks",
        "6212345678901232",
        "5555555555554444",
        "table 17 4111111111111111",
        f"{VISA} 12/29 123",
        f"85 4-{VISA}-7",
        VISA.replace(" ", "  "),
        VISA.replace(" ", "\u2013"),
        VISA.replace(" ", "\u200b"),
    ],
)
def test_card_numbers_are_known(text: str) -> None:
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",  # Luhn
        "356938035643809",  # an IMEI: Luhn, but no issuer's beginning
        "8998866200578",  # a barcode
        "+62 812-3456-7890",
        "14111111111111111",  # a longer number is another one
        "W-1001 of 2026-11-22 10:45, 3 bags, 12345678",
    ],
)
def test_other_numbers_are_not(text: str) -> None:
    assert not holds_card_number(text)


def test_no_free_text_takes_one_and_none_is_on_disk(till: Till) -> None:
    till.call(selling.ring, [(Item(product=INDOMIE), 1000)])
    for code in ("8998866200578", "8998866200578", "8996006855893"):
        till.call(collecting.pick, "o-W-1001", code)
    tries = (
        lambda: till.call(approving.approve, f"customer's card {VISA}"),
        lambda: till.call(approving.approve, VISA.replace(" ", "\x07")),
        lambda: till.call(approving.approve, VISA.replace(" ", "\u00a0\t ")),
        lambda: till.call(collecting.make_ready, "o-W-1001", VISA),
        lambda: till.call(selling.park, f"card {AMEX}"),
        lambda: till.call(recognising.add, CustomerDraft(name=f"Sari {GPN}", phone="0812-9999-0000")),
    )
    for one in tries:
        with pytest.raises(DomainError, match="looks like a card number"):
            one()
    till.store.close()
    for file in till.store.folder.glob("*.db*"):
        held = file.read_bytes()
        assert not any(number.encode() in held for number in (VISA, GPN, AMEX))
