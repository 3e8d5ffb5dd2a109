"""Paying by the shop's own QR code: drawn so that it scans, printed where it has no room, never verified."""

import msgspec
import pytest
import zxingcpp
from PIL import Image
from rich.color import Color

from omnipos.config import Settings
from omnipos.domain.shop import QrSettings
from omnipos.domain.tender import QrSlip
from omnipos.services import reprinting, selling
from omnipos.services.till import Till
from omnipos.store.printjobs import latest_job_states
from tests.domain.test_emvqr import QRIS_STATIC, SAMPLES
from tests.rigs import SHOP, STORE, fill
from tests.ui.driving import LARGE, SMALL, Hands, counter
from tests.ui.plain_rig import say, tell

TEH = "8996006855893"
HIGH = (80, 35)
"""The smallest window that a code of 57 modules is drawn in: 33 rows and two more."""


def set_up(till: Till, payload: str = QRIS_STATIC, *, allow_amount: bool = False) -> None:
    """Let the shop have a standing code."""
    qr = QrSettings(static_payload=payload, acquirer="Bank Contoh", allow_amount=allow_amount)
    fill(till.store.folder, "settings", (f"shop:{STORE}", msgspec.structs.replace(SHOP, qr=qr)))


async def to_code(hands: Hands, *before: str) -> None:
    """Ring up 12.000 and ask for the code."""
    await hands.scan(TEH, TEH)
    await hands.press("f12", *before, "q")


def beside(hands: Hands) -> str:
    """Return what stands in the box beside the code, its lines joined."""
    lines = [line.split("│") for line in hands.text.splitlines()]
    return " ".join(" ".join(max(line, key=len) if len(line) < 4 else line[-3] for line in lines).split())


def scanned(hands: Hands) -> list[str]:
    """Return what a phone reads from the screen: each cell is its two halves, by their colours alone."""
    width, height = hands.app.size
    picture = Image.new("L", (width, height * 2))
    for y, strip in enumerate(hands.app.screen._compositor.render_strips()):
        cells = [(cell, segment.style) for segment in strip for cell in segment.text]
        for x, (cell, style) in enumerate(cells[:width]):
            ink, paper = (_is_light(colour) for colour in (style.color, style.bgcolor))
            upper, lower = {"▀": (ink, paper), "▄": (paper, ink), "█": (ink, ink)}.get(cell, (paper, paper))
            picture.putpixel((x, 2 * y), 255 * upper)
            picture.putpixel((x, 2 * y + 1), 255 * lower)
    large = picture.resize((width * 6, height * 12), Image.Resampling.NEAREST)
    return [code.text for code in zxingcpp.read_barcodes(large)]


def _is_light(colour: Color | None) -> bool:
    return colour is not None and colour.triplet is not None and sum(colour.triplet) > 3 * 128


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [LARGE, HIGH])
async def test_what_a_phone_reads_from_the_screen_is_the_code_to_the_character(
    till: Till, size: tuple[int, int], theme: str
) -> None:
    set_up(till)
    async with counter(till, size, Settings(idle_lock_s=0, theme=theme)) as hands:
        await to_code(hands)
        assert scanned(hands) == [QRIS_STATIC]
        assert "Ark Of Grace" in hands.text
        assert "Rp 12.000" in hands.text
        assert latest_job_states(till.store.books, 9) == []


async def test_the_reference_from_the_phone_makes_an_unverified_tender(till: Till) -> None:
    set_up(till)
    async with counter(till, LARGE) as hands:
        await to_code(hands)
        await hands.press("enter")
        assert "▲ Type the reference that the customer's phone shows." in beside(hands)
        await hands.type("5012 abc")
        await hands.press("enter")
        assert "Sale S1-1-000001 saved." in hands.text
        assert "QR payment, unverified" in hands.text
    (tender,) = till.call(reprinting.latest)[0].tenders
    assert tender.amount_minor == 12_000
    assert tender.qr == QrSlip(reference="5012 abc", acquirer="Bank Contoh", verified=False)


async def test_a_window_too_small_has_the_code_printed_and_says_so(till: Till) -> None:
    set_up(till)
    async with counter(till, SMALL) as hands:
        await to_code(hands, "5", "0", "0", "0")
        assert scanned(hands) == []
        assert "This window is too small for the code: it is printed." in hands.text
        assert "The customer scans it and types Rp 5.000." in hands.text
        assert [job.kind for job in latest_job_states(till.store.books, 9)] == ["qr_code"]
        await hands.press("f7")
        assert [job.kind for job in latest_job_states(till.store.books, 9)] == ["qr_code"] * 2
        await hands.type("77")
        await hands.press("enter")
        assert hands.pays
        assert "Still due" in hands.text
    assert [t.amount_minor for t in till.call(selling.current).basket.tenders] == [5_000]


async def test_one_row_less_than_the_code_needs_prints_it(till: Till) -> None:
    set_up(till)
    async with counter(till, (HIGH[0], HIGH[1] - 1)) as hands:
        await to_code(hands)
        assert "it is printed" in hands.text
        assert scanned(hands) == []


async def test_the_sum_goes_into_the_code_only_where_the_shop_allows_it(till: Till) -> None:
    set_up(till, allow_amount=True)
    async with counter(till, LARGE) as hands:
        await to_code(hands)
        (payload,) = scanned(hands)
        assert "540512000" in payload
        assert "the sum is in the code, which the bank has not made" in beside(hands)


async def test_a_shop_without_a_code_says_who_sets_it(till: Till) -> None:
    async with counter(till, LARGE) as hands:
        await to_code(hands)
        assert "This shop has no QR code to be paid by." in hands.text
        assert hands.pays


async def test_a_card_number_is_no_reference(till: Till) -> None:
    set_up(till)
    async with counter(till, LARGE) as hands:
        await to_code(hands)
        await hands.type("4111111111111111")
        await hands.press("enter")
        assert "That looks like a card number." in hands.text
        await hands.press("escape")
        assert hands.pays
    assert till.call(reprinting.latest) == []


@pytest.mark.parametrize("payload", SAMPLES)
async def test_every_published_sample_scans_from_half_blocks(payload: str) -> None:
    from screens.widgets.qrcode import half_blocks

    rows = half_blocks(payload)
    picture = Image.new("L", (len(rows[0]), 2 * len(rows)), 255)
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            picture.putpixel((x, 2 * y), 0 if cell in "▀█" else 255)
            picture.putpixel((x, 2 * y + 1), 0 if cell in "▄█" else 255)
    larger = picture.resize((picture.width * 6, picture.height * 6), Image.Resampling.NEAREST)
    assert [code.text for code in zxingcpp.read_barcodes(larger)] == [payload]


def test_in_the_plain_counter_the_code_is_printed_and_the_reference_typed(till: Till) -> None:
    set_up(till)
    assert "This shop has no QR code" not in say(till, TEH)
    asked = tell(till, TEH, "pay qr")
    assert asked["say"] == (
        "The QRIS code to Ark Of Grace is printed for Rp 12.000. When the customer's phone shows it paid:"
        " pay qr all REFERENCE. Nobody else verifies it."
    )
    assert asked["qr"] == {"payload": QRIS_STATIC, "amount_minor": 12_000}
    assert [job.kind for job in latest_job_states(till.store.books, 9)] == ["qr_code"]
    assert say(till, "pay qr REF 1").startswith("Type pay qr for the code; when it is paid,")
    assert say(till, "pay qr 5000 A 1").startswith("Rp 5.000 taken.")
    assert "That looks like a card number." in say(till, "pay qr all 4111 1111 1111 1111")
    assert "Sale S1-1-000001" in say(till, "pay qr all B2")
    tenders = till.call(reprinting.latest)[0].tenders
    assert [(t.amount_minor, t.qr) for t in tenders] == [
        (5_000, QrSlip(reference="A 1", acquirer="Bank Contoh")),
        (7_000, QrSlip(reference="B2", acquirer="Bank Contoh")),
    ]
