"""What random hands type into the plain counter: every command that there is, sensibly and absurdly.

Commands and the forms that they take are read from the counter's own tables and from their
descriptions, so that a new one is typed as soon as it is there.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

from screens.plain import ALONE, COMMANDS
from tests.fuzz.shop import CODES, COUPONS, ORDERS, PHONES

CARD_NUMBER = "4111111111111111"
"""Nothing may ever keep it."""
HAPPENINGS = (
    *("!restart", "!later 1000", "!later 90000", "!later 100000", "!earlier 500000", "!news", "!jammed"),
    *("!printed", "!printed"),
)
"""What happens to a till besides typing: a crash, time that passes or is put back, changes from the hub."""

PEOPLE = ("Sari", "Budi", "sari", "BUDI", "Nobody", "Sari Budi", "")
PINS = ("1234", "9999", "9999", "0000", "1", "99999999999999999999", "")
WORDS = ("all", "back", "off", "none", "add", "edit", "name", "phone", "email", "cash", "card", "set")
NUMBERS = (
    "1",
    "2",
    "3",
    "1",
    "2",
    "0",
    "-1",
    "17",
    "99",
    "1000000",
    "1e9",
    "NaN",
    "٣",
    "½",
    "1,5",
    "1.5",
    "00",
)
SUMS = (
    "50000",
    "100000",
    "12.500",
    "3500",
    "20.000",
    "0",
    "-1",
    "1",
    "100",
    "999999999999999",
    "10000000000000000",
    "1.2.3",
    "12,5",
    "50.000,00",
    "Rp 50.000",
    "$5",
    "5%",
    "100%",
    "101%",
    "0,001%",
    "10%",
    "∞",
)
REASONS = (
    "1",
    "2",
    "3",
    "damaged",
    "old friend",
    "%s {0} {name}",
    "'; DROP TABLE sale;--",
    "[/]",
    "[@click=app.quit]x[/]",
    "\x1b]52;c;x\x07",
    "\u202eevil",
    "💥" * 30,
    "a" * 5000,
    CARD_NUMBER,
    "4111 1111 1111 1111",
    "?",
    "-",
    "",
)
TEXTS = (
    *CODES,
    *CODES,
    *PHONES,
    *ORDERS,
    *COUPONS,
    *PEOPLE,
    *WORDS,
    *REASONS,
    "https://example.com/p/8998866200578?x=1",
    "]d2\x1d0108998866200578",
    "S1-1-000001",
    "S1-1-000002",
    "#W-1001",
    "3*IDM-85",
    "1000000*IDM-85",
    "0*TEH-450",
    "0,482*4131",
    "4131 weight=0.482",
    "BIR-620 age=yes",
    "HP-5 serial=356938035643809",
    "ROTI price=5000",
    "Kaos",
    "kopi",
    "teh b",
    "9" * 400,
    "=" * 80,
    "2112345012345",
)

OF_PLACEHOLDER = {
    "NAME": PEOPLE,
    "PIN": PINS,
    "PHONE": PHONES,
    "CODE": (*CODES, *COUPONS, "123456", "471001", "AB12", CARD_NUMBER),
    "REASON": REASONS,
    "TEXT": REASONS,
    "NOTE": REASONS,
    "ANSWER": NUMBERS,
    "N": (*ORDERS, *NUMBERS, "7", "8", "S1-1-000001"),
    "AMOUNT": SUMS,
    "SUM": SUMS,
    "VALUE": (*REASONS, *PHONES),
}
FREE = ("sign-in", "sign-out", "status", "sync", "report", "help", "basket")
USUAL = (
    *CODES,
    *(CODES[:5] * 3),
    "2*IDM-85",
    "answer none",
    "answer none",
    "3*TEH-450",
    "KOPI-200",
    "qty 2",
    "qty 3 1",
    "void 1",
    "pay cash",
    "pay cash",
    "pay cash 500000",
    "pay card all 123456",
    "pay card 5000 A1",
    "customer 081234567890",
    "discount 1 10% 1",
    "discount all 1000 2",
    "price 1 3000 1",
    "allow Budi 9999",
    "park",
    "recall",
    "1",
    "2",
    "sign-in Sari 1234",
    "sign-in Budi 9999",
    "coupon KOPI-2",
    "order W-1001",
    "hand-over W-1001 471001",
    "answer yes",
    "answer 0.5",
    "answer 5000",
    "answer none",
    "no-tax 1, 123",
    "no-tax off",
    "void all",
)

SCENES = tuple(
    tuple(scene.split("; "))
    for scene in Path(__file__).with_name("scenes.txt").read_text(encoding="utf-8").splitlines()
)
"""What is done in one go, so that sales come to their end and not only to errors."""


def forms_of(verb: str) -> tuple[str, ...]:
    """Return the forms in which a command's description writes it."""
    said = (COMMANDS | ALONE)[verb].__doc__ or ""
    forms = re.findall(r"`([^`]+)`", said)
    return tuple(form for form in forms if form.split()[0] == verb) or tuple(
        f"{verb} {form}" for form in forms
    )


FORMS = tuple(form for verb in COMMANDS | ALONE for form in (forms_of(verb) or (verb,)))


def lines(dice: Random, count: int) -> Iterator[str]:
    """Yield what random hands type, and what happens meanwhile."""
    yield "sign-in Sari 1234"
    typed = 1
    while typed < count:
        some = dice.choice(SCENES) if dice.random() < 0.09 else (_line_of(dice),)
        yield from some[: count - typed]
        typed += len(some)


def _line_of(dice: Random) -> str:
    chance = dice.random()
    if chance < 0.40:
        return dice.choice(USUAL)
    if chance < 0.75:
        return _filled(dice, dice.choice(FORMS))
    if chance < 0.87:
        verb = dice.choice((*COMMANDS, *ALONE, *FREE))
        return " ".join((verb, *(dice.choice(TEXTS + NUMBERS + SUMS) for _ in range(dice.randint(0, 4)))))
    if chance < 0.96:
        return dice.choice(TEXTS)
    if chance < 0.98:
        return "".join(chr(dice.choice((dice.randint(0, 127), dice.randint(0, 0x2FFF)))) for _ in range(12))
    return dice.choice(HAPPENINGS)


def _filled(dice: Random, form: str) -> str:
    """Return a form with its placeholders and numbers filled in, now and then with anything."""

    def word(found: re.Match[str]) -> str:
        said = found.group()
        if dice.random() < 0.1:
            return dice.choice(TEXTS)
        if said.startswith("S1-1-"):
            return f"S1-1-{dice.randint(0, 30):06d}"
        if said in OF_PLACEHOLDER:
            return dice.choice(OF_PLACEHOLDER[said])
        if said.isupper():
            return dice.choice(TEXTS)
        if dice.random() < 0.4:
            return said
        return dice.choice(NUMBERS if len(said) < 3 else SUMS)

    plain = re.sub(r"[\[\]]", "", form) if dice.random() < 0.9 else form
    return re.sub(r"\bS1-1-\d+|\b[A-Z]{1,12}\b|\b\d[\d.,]*\b", word, plain)
