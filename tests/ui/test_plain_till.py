"""The plain counter as a till: signing in, locking, status, odd lines, and no traceback ever."""

import io
import subprocess
import sys

import msgspec
import pytest

from omnipos.config import Settings
from omnipos.domain.catalogue import Product
from omnipos.locale import speak
from omnipos.ports import LinkReport, LinkState
from omnipos.services import selling, signing_in
from omnipos.services.till import Till
from screens.plain import COMMANDS, PlainCounter
from tests.rigs import NOON_MS, HandClock, QuietLine, fill
from tests.ui.plain_rig import INDOMIE, TEH, counter, say, tell


def test_nothing_is_sold_or_shown_before_signing_in(till: Till) -> None:
    signing_in.sign_out(till)
    for line in (INDOMIE, "basket", "orders", "customer sarah", "pay cash", "void all", "report"):
        assert say(till, line) == "Nobody is signed in. Choose your name and type your PIN."
    assert say(till, "sign-in Sari").startswith("Type sign-in, your name and your PIN")
    assert say(till, "sign-in Sari 0000") == "That is not the PIN of Sari."
    assert say(till, "sign-in Nobody 1234") == "Nobody is called “Nobody”. Here work Budi, Sari."
    assert say(till, "sign-in sari 1234") == "Sari is signed in."
    assert say(till, INDOMIE, "sign-out") == "Signed out. The basket is kept."
    assert say(till, "sign-in Budi 9999").startswith("Budi is signed in. Basket 1. Line 1: Indomie")
    assert say(till, "pay cash", "report") == (
        "1 sale, total Rp 3.500, tax Rp 347, cash in the drawer from sales Rp 3.500."
    )


def test_a_till_left_alone_locks_and_asks_before_the_next_tender(till: Till, clock: HandClock) -> None:
    talk = counter(till)
    talk.answer(INDOMIE)
    clock.pass_ms(120_001)
    assert talk.answer("pay cash") == "The till locked itself. The basket is kept. Type sign-in NAME PIN."
    talk.answer("sign-in Sari 1234")
    assert "Type 1 to leave it; 2 to take Rp 3.500 in cash." in str(talk.answer("pay cash"))
    assert "Sale S1-1-000001 is done." in str(talk.answer("2"))
    clock.pass_ms(119_000)
    assert talk.answer(INDOMIE) == "Indomie Goreng 85 g, 1 piece, Rp 3.500. Total Rp 3.500."


def test_status_says_what_waits_and_that_it_is_safe(till: Till, line: QuietLine) -> None:
    assert say(till, "status") == "The hub is online. Everything is at the hub."
    line.link = LinkReport(state=LinkState.AWAY, since_ms=NOON_MS, reason="The hub does not answer.")
    line.print_trouble = "Printer out of paper."
    told = tell(till, INDOMIE, "pay cash", "status")
    assert told["say"] == (
        "The hub does not answer. 1 entry waits for the hub, all of it safe on disk."
        " The last sale is S1-1-000001. It is on disk and waits for the hub."
        " 1 paper waits for the printer. Printer out of paper."
    )
    assert (told["status"]["link"], told["status"]["waiting"], told["status"]["waiting_sales"]) == (
        "away",
        1,
        1,
    )


def test_trouble_with_the_disk_promises_no_more_than_its_own_words(till: Till, line: QuietLine) -> None:
    line.link = LinkReport(state=LinkState.ATTENTION, since_ms=NOON_MS, reason="The disk is full.")
    assert say(till, "status") == "Syncing needs attention. The disk is full. Everything is at the hub."


def test_a_hub_that_was_not_asked_yet_is_not_said_to_be_away(till: Till, line: QuietLine) -> None:
    line.link = LinkReport(state=LinkState.ASKING, since_ms=NOON_MS, reason="Not asked yet.")
    assert say(till, "status") == "Not asked yet. Everything is at the hub."


@pytest.mark.parametrize(
    ("state", "waits"),
    [
        (LinkState.ONLINE, 5.0),
        (LinkState.AWAY, 2.0),
        (LinkState.ASKING, 2.0),
        (LinkState.ATTENTION, 0.0),
    ],
)
def test_sync_nudges_and_waits_a_bounded_while(
    till: Till, line: QuietLine, state: LinkState, waits: float
) -> None:
    say(till, INDOMIE, "pay cash")
    line.link, line.nudges, waited = LinkReport(state=state, since_ms=NOON_MS), 0, list[float]()
    talk = counter(till, pause=waited.append)
    assert "1 entry waits for the hub" in str(talk.answer("sync"))
    assert line.nudges == 1
    assert sum(waited) == pytest.approx(waits, abs=0.1)


def test_sync_ends_as_soon_as_all_is_at_the_hub(till: Till) -> None:
    waited = list[float]()
    assert counter(till, pause=waited.append).answer("sync") == "The hub is online. Everything is at the hub."
    assert waited == []


def test_empty_lines_and_comments_do_nothing(till: Till) -> None:
    talk = counter(till)
    assert [talk.answer(line) for line in ("", "  \n", "# a comment", "#", "\x1b\x00")] == [None] * 5
    told = tell(till, "# a comment")
    assert (told["ok"], told["say"]) == (True, "Nothing was typed.")


def test_each_line_is_answered_and_flushed_until_quit(till: Till) -> None:
    class Terminal(io.StringIO):
        flushed = 0

        def flush(self) -> None:
            self.flushed += 1

    out = Terminal()
    talk = PlainCounter(till, Settings(), as_json=True, out=out)
    assert talk.run([f"{INDOMIE}\n", "nonsense words\n", "\n", "QUIT\n", f"{TEH}\n"]) == 0
    answers = [msgspec.json.decode(line) for line in out.getvalue().splitlines()]
    assert [one["ok"] for one in answers] == [True, False, True, True]
    assert out.flushed == 4
    assert len(till.call(selling.current).basket.lines) == 1


def test_odd_bytes_and_a_terminal_of_few_letters_end_nothing(till: Till) -> None:
    typed = io.TextIOWrapper(io.BytesIO(b"\xff\xfe\n8998866200578\nqty x\n"), encoding="utf-8")
    shown = io.BytesIO()
    out = io.TextIOWrapper(shown, encoding="ascii")
    assert PlainCounter(till, Settings(), as_json=False, out=out).run(typed) == 0
    answers = shown.getvalue().decode("ascii").splitlines()
    assert len(answers) == 3
    assert answers[1] == "Indomie Goreng 85 g, 1 piece, Rp 3.500. Total Rp 3.500."
    assert answers[2].startswith("?x? is not a quantity.")


def test_the_end_of_the_lines_ends_the_conversation(till: Till) -> None:
    out = io.StringIO()
    assert PlainCounter(till, Settings(), as_json=False, out=out).run([]) == 0
    assert out.getvalue() == ""


def test_a_bug_is_told_without_a_traceback_and_the_conversation_goes_on(
    till: Till, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(COMMANDS, "park", broken)
    talk = counter(till)
    assert talk.answer("park") == (
        "Something went wrong in the program. The basket and all sales are safe on disk."
    )
    assert "ZeroDivisionError" in caplog.text
    assert talk.answer(INDOMIE) == "Indomie Goreng 85 g, 1 piece, Rp 3.500. Total Rp 3.500."


def test_a_hostile_name_is_only_said(till: Till) -> None:
    name = "\x1b]52;c;aGk=\x07Tee [/] \u202e[@click=app.quit]x[/]"
    bad = Product(product_id="p-bad", sku="BAD", name=name, price_minor=1000, tax_code="PPN")
    fill(till.store.folder, "catalogue", ("p-bad", bad))
    said = "]52;c;aGk=Tee [/] [@click=app.quit]x[/], 1 piece, Rp 1.000. Total Rp 1.000."
    assert say(till, "BAD") == said
    assert tell(till, "qty 1")["say"] == said


def test_help_names_every_command(till: Till) -> None:
    said = say(till, "help")
    assert all(f" {name}" in said for name in (*COMMANDS, "sign-in", "sign-out", "status", "sync", "quit"))


def test_sums_are_written_the_same_in_every_language(till: Till) -> None:
    for language in ("id", "ms"):
        speak(language)
        assert "Rp 3.500" in say(till, INDOMIE, "void 1", INDOMIE)
        say(till, "void 1")


def test_the_plain_counter_starts_without_the_screens_libraries() -> None:
    heavy = ("textual", "rich", "phonenumbers", "httpx", "escpos")
    look = f"import sys, screens.plain; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
