"""The cashier's whole path in Bahasa Indonesia and Bahasa Melayu, beside the same path in English."""

import re
from pathlib import Path

import msgspec
import pytest

from omnipos.locale import speak
from omnipos.ports import LinkReport, LinkState
from omnipos.services.till import Till
from tests.rigs import NOON_MS, SHOP, STORE, HandClock, QuietLine, fill, order, selling_till
from tests.ui.plain_rig import INDOMIE, KOPI, TEH, counter

COUNTRIES = {"id": ("ID", "IDR"), "ms": ("MY", "MYR")}
SUMS = {"IDR": re.compile(r"^−?Rp \d{1,3}(\.\d{3})*$"), "MYR": re.compile(r"^−?RM \d{1,3}(,\d{3})*\.\d{2}$")}
ANY_SUM = re.compile(r"−?(?:Rp|RM|IDR|MYR) ?[\d.,]*\d")
SAME_IN_BOTH = re.compile(r"^((Total|PPN|Apel Fuji, [\d.,]+ kg,) (Rp|RM) [\d.,]*\d|Gold)$")
"""Names, and the one word that English and Indonesian share."""

PATH = (
    "sign-in Sari",
    "sign-in Sari 0000",
    "sign-in Sari 1234",
    "status",
    "basket",
    "pay cash",
    "0000000000000",
    "nothing like this",
    INDOMIE,
    f"2*{TEH}",
    "4131",
    "answer 1",
    "qty 0,482",
    "qty 0",
    "void 9",
    "customer",
    "+62 812 3456 7890",
    "customer 8",
    "customer add Rina, +62 813 1111 2222",
    "3",
    "basket",
    "void 1",
    "void all",
    "1",
    "pay card 1 ABC123",
    KOPI,
    "pay card 2000000",
    "pay cash 1",
    "pay cash",
    "reprint",
    KOPI,
    "park",
    "parked",
    "park",
    "recall 99",
    "recall",
    "pay cash",
    "2",
    "orders",
    "hand-over W-1001 471001",
    "order 1001",
    f"pick {KOPI}",
    f"pick {INDOMIE}",
    "ready 1001",
    f"pick {INDOMIE}",
    f"pick {TEH}",
    f"pick {TEH}",
    "ready 1001 A3",
    "hand-over 1001 999999",
    "hand-over 1001 Sarah 0000",
    "hand-over 1001 471001",
    "pay cash",
    "hand-over 1001 471001",
    "orders",
    "report",
    "status",
    "help",
    "sign-out",
    INDOMIE,
    "quit",
)


def _till(folder: Path, country: str, money: str) -> Till:
    line = QuietLine()
    till = selling_till(folder, HandClock(), line)
    fill(
        folder, "settings", (f"shop:{STORE}", msgspec.structs.replace(SHOP, country=country, currency=money))
    )
    unpaid = order(paid_minor=0, collection_code="471001", currency=money)
    fill(folder, f"orders/{STORE}", (f"order:{unpaid.order_id}", unpaid))
    till.staff = None
    line.link = LinkReport(state=LinkState.AWAY, since_ms=NOON_MS)
    return till


def _conversation(folder: Path, language: str, country: str, money: str) -> list[str]:
    speak(language)
    till = _till(folder, country, money)
    try:
        talk = counter(till)
        return [talk.answer(line) or "" for line in PATH]
    finally:
        till.store.close()


@pytest.fixture(params=sorted(COUNTRIES))
def spoken(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, list[str], list[str]]:
    """The currency, and the same conversation in English and in the language of the country."""
    country, money = COUNTRIES[request.param]
    english = _conversation(tmp_path / "en", "en", country, money)
    return money, english, _conversation(tmp_path / request.param, request.param, country, money)


def _sentences(said: str) -> list[str]:
    return [one.strip(" .") for one in re.split(r"(?<=[.?])\s|; ", said)]


def test_no_sentence_stays_english(spoken: tuple[str, list[str], list[str]]) -> None:
    _money, english, own = spoken
    for line, first, second in zip(PATH, english, own, strict=True):
        assert first, line
        assert second, line
        same = set(_sentences(first)) & set(_sentences(second))
        assert {one for one in same if not SAME_IN_BOTH.match(one)} == set(), line


def test_sums_are_the_same_and_written_as_the_shop_writes_them(
    spoken: tuple[str, list[str], list[str]],
) -> None:
    money, english, own = spoken
    sums = [ANY_SUM.findall(said) for said in own]
    assert sums == [ANY_SUM.findall(said) for said in english]
    written = [one for found in sums for one in found]
    assert len(written) > 40
    assert [one for one in written if not SUMS[money].match(one)] == []


def test_the_path_is_a_whole_day_at_the_counter(spoken: tuple[str, list[str], list[str]]) -> None:
    _money, english, own = spoken
    assert [said for said in english if " is done." in said] == [
        english[PATH.index("reprint") - 1],
        english[PATH.index("orders") - 1],
        english[PATH.index("report") - 3],
    ]
    assert "Order W-1001 is handed over." in english[PATH.index("report") - 3]
    assert english[PATH.index("report") - 1] == "No order waits here."
    assert [bool(re.search(r"S1-1-00000\d", said)) for said in own] == [
        bool(re.search(r"S1-1-00000\d", said)) for said in english
    ]
