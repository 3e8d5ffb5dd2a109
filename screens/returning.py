"""Goods that come back: the sale by receipt, order or customer, then what comes back of it, then why."""

import asyncio
from collections.abc import Sequence
from enum import IntEnum
from typing import ClassVar, NamedTuple

from omnipos.domain.errors import DomainError
from omnipos.domain.money import format_money
from omnipos.domain.quantity import PIECE_MILLI, format_quantity, parse_quantity
from omnipos.domain.returning import Found, SoldLine
from omnipos.locale import _, later
from omnipos.services import returning
from omnipos.services.approving import Word
from omnipos.services.returning import Back
from screens import times
from screens.commands import BACK, Command
from screens.counter import Counter
from screens.lists import WIDTH, ListScreen
from screens.payment_words import come_back_words
from screens.ringing import Scan
from screens.widgets.cells import Row, between, cut, drawn
from screens.widgets.entry import Entry

WEIGHED = "0123456789.,"
LONGEST_WEIGHT = 6


class FindReturnScreen(ListScreen):
    """Finds the sale: a number typed or scanned, or one of the customer's purchases."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Open"), "look", later("Look for what is typed, or open the chosen sale")),
        Command(
            "f9", later("No receipt"), "no_receipt", later("Goods without a receipt; a manager allows it")
        ),
        BACK,
    )

    def __init__(self, below: Counter, number: str = "") -> None:
        """Begin with a number that is known already, or with none."""
        entry = Entry(_("scan or type the number of the receipt or order"), label=_("Number "), longest=40)
        entry.put(number)
        self._below = below
        self._found: tuple[Found, ...] = ()
        super().__init__(below.desk, _("Return"), empty=_("Nothing found yet."), entry=entry)

    async def open(self) -> None:
        """List what the customer bought, or open the sale whose number is known."""
        view = self.desk.view
        assert self.entry is not None, "there is a line to type in"
        if self.entry.text:
            await self.do_look()
        elif view is not None and view.basket.customer_id:
            try:
                await self._search(customer_id=view.basket.customer_id)
            except DomainError:
                self._found = ()
        self.show()

    def rows(self) -> Sequence[Row]:
        """Return the sales that were found."""
        rows: list[Row] = []
        for one in self._found:
            when = times.day_or_clock(one.sale.completed_at_ms, self.desk.now_ms, self.desk.zone)
            names = ", ".join(drawn(line.name) for line in one.sale.lines)
            total = format_money(one.sale.total_minor, one.sale.currency)
            left = cut(f" {one.sale.receipt_number} · {when} · {names}", WIDTH - len(total) - 3)
            rows.append(((between(left, f"{total} ", WIDTH - 1), "plain"),))
        return rows

    async def take_scans(self, scans: Sequence[Scan]) -> Sequence[Scan]:
        """Look for a scanned number."""
        assert self.entry is not None, "there is a line to type in"
        self.entry.put(scans[0].code)
        await self.do_look()
        return scans[1:]

    async def do_look(self) -> None:
        """Look for the number typed, or open the chosen sale."""
        text = self.entry.text.strip() if self.entry is not None else ""
        if not text and self._found:
            await self._open(self._found[max(self.lines.chosen, 0)])
            return
        await self._search(number=text)
        self.show()
        if len(self._found) == 1:
            await self._open(self._found[0])

    async def _search(self, number: str = "", customer_id: str = "") -> None:
        till = self.desk.till
        asked = await asyncio.to_thread(returning.ask_hub, till, number, customer_id)
        self._found = await till.run(returning.find, asked, number, customer_id)

    async def _open(self, found: Found) -> None:
        await self.till_app.back(self)
        await self._below.go(ReturnScreen(self._below, found))

    async def do_no_receipt(self) -> None:
        """Take goods back without a receipt."""
        from screens.no_receipt import NoReceiptScreen

        await self.till_app.back(self)
        await self._below.go(NoReceiptScreen(self._below))


class Step(IntEnum):
    """What is chosen first, and what after it."""

    LINES = 0
    REASON = 1


TAKE_ALL = Command("space", later("All"), "all", later("All of this line that may come back, or none"))
MORE = Command("right", later("One more"), "more", later("One piece more of the chosen line"), False)
LESS = Command("left", later("One less"), "less", later("One piece less of the chosen line"), False)
DONE = Command("enter", later("Done"), "enter", later("Put it into the basket to come back"))
HOW_MANY = Command("digits", later("How many"), "how_many", later("How many come back of the chosen line"))
DAMAGED = Command("d", later("Damaged"), "damaged", later("It does not go back on the shelf, or it does"))


class ReasonScreen(ListScreen):
    """A list whose last step asks for the reason, by number or in own words."""

    def __init__(self, below: Counter, heading: str, empty: str = "") -> None:
        """Begin before the reason."""
        self._below = below
        self._step = Step.LINES
        self._reason = Entry(_("a number, or your own words"), label=_("Reason "), longest=60)
        self._reasons: tuple[str, ...] = ()
        super().__init__(below.desk, heading, empty=empty, entry=self._reason)

    @property
    def commands(self) -> Sequence[Command]:
        """What can be done before the reason, or with it."""
        if getattr(self, "_step", Step.LINES) is Step.REASON:
            return (DONE, BACK)
        return self.COMMANDS_HERE

    async def open(self) -> None:
        """Fetch the shop's reasons."""
        self._reasons = await self.desk.till.run(returning.reasons)
        self._go_to(Step.LINES)

    def _go_to(self, step: Step) -> None:
        self._step = step
        self._reason.display = step is Step.REASON
        self._reason.activate(step is Step.REASON)
        self.lines.chosen = -1 if step is Step.REASON else 0
        self.show()

    def reason_rows(self) -> list[Row]:
        """Return the reasons with their numbers."""
        return [
            ((f" {number} ", "accent"), (drawn(text), "plain"))
            for number, text in enumerate(self._reasons, start=1)
        ]

    async def type(self, text: str) -> None:
        """Take the number of a reason, else type."""
        if self._step is Step.LINES:
            await self.type_before(text)
        elif not self._reason.text and text.isdigit() and 1 <= int(text) <= len(self._reasons):
            self._reason.put(self._reasons[int(text) - 1])
            await self.with_word(self.bring)
        else:
            await super().type(text)

    async def type_before(self, text: str) -> None:
        """Take a character before the reason is asked for."""
        raise NotImplementedError

    async def bring(self, word: Word) -> None:
        """Put what comes back into the basket."""
        raise NotImplementedError

    async def do_back(self) -> None:
        """Go one step back."""
        if self._step is Step.REASON:
            self._go_to(Step.LINES)
        else:
            await super().do_back()


class Offered(NamedTuple):
    """One row: a sold line, or one piece of it by its serial number."""

    sold: SoldLine
    serial: str = ""

    @property
    def key(self) -> tuple[int, str]:
        """What tells it from the other rows."""
        return self.sold.line_no, self.serial

    @property
    def most_milli(self) -> int:
        """How much of it may come back."""
        return PIECE_MILLI if self.serial else self.sold.left_milli


def offered(sold: SoldLine) -> list[Offered]:
    """Return the rows of a sold line: one for each piece where each has a serial number."""
    pieces = len(sold.serials)
    if pieces > 1 and pieces * PIECE_MILLI == sold.left_milli:
        return [Offered(sold, serial) for serial in sold.serials]
    return [Offered(sold)]


class ReturnScreen(ReasonScreen):
    """The lines of a sale with what may come back of each."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        HOW_MANY,
        TAKE_ALL,
        MORE,
        LESS,
        DAMAGED,
        Command("enter", later("Next"), "enter", later("Go on to the reason")),
        BACK,
    )

    def __init__(self, below: Counter, found: Found) -> None:
        """Begin with nothing chosen to come back."""
        self._found = found
        self._rows = [row for sold in found.lines for row in offered(sold)]
        self._backs: dict[tuple[int, str], int] = {}
        self._typed = ""
        """What is typed of how much comes back of the chosen line."""
        self._damaged: set[int] = set()
        super().__init__(below, _("Return of {number}").format(number=found.sale.receipt_number))

    async def open(self) -> None:
        """Say what stands in the way, if anything does."""
        await super().open()
        late = await self.desk.till.run(returning.late_words, self._found)
        if not self._found.asked_hub:
            self.say(_("The hub was not asked: only what this till knows has come back is counted."), "warn")
        if late:
            self.say(late, "warn")

    def rows(self) -> Sequence[Row]:
        """Return the lines, or the reasons."""
        if self._step is Step.REASON:
            return self.reason_rows()
        return [self._row(one) for one in self._rows]

    def _row(self, one: Offered) -> Row:
        sold = one.sold
        code, unit = self.desk.currency, sold.line.unit
        back = self._backs.get(one.key, 0)
        said = drawn(one.serial) or format_quantity(sold.line.quantity_milli, unit, code)
        if sold.returned_milli and not one.serial:
            gone = format_quantity(sold.returned_milli, unit, code)
            said = _("{sold}, {gone} came back").format(sold=said, gone=gone)
        mark = f"−{format_quantity(back, unit, code)}" if back else ""
        if back and sold.line_no in self._damaged:
            mark = _("{quantity} damaged").format(quantity=mark)
        name = cut(f" {drawn(sold.line.name)} · {said}", WIDTH - 3 - len(mark))
        style = "accent" if back else "plain" if sold.left_milli else "dim"
        return ((between(name, f"{mark} ", WIDTH - 1), style),)

    @property
    def _chosen(self) -> Offered:
        return self._rows[max(self.lines.chosen, 0)]

    async def type_before(self, text: str) -> None:
        """Take a digit as the quantity, D for damaged."""
        if text in "dD":
            await self.do_damaged()
        elif text == " ":
            await self.do_all()
        elif self._chosen.sold.line.unit != "pcs" and text in WEIGHED:
            self._weigh(self._typed + text)
        elif text.isdecimal() and text.isascii():
            # 1 and then 2 are twelve; where twelve are too many, the 2 begins anew.
            more = self._typed + text
            self._count(more if int(more) * PIECE_MILLI <= self._chosen.most_milli else text)
        else:
            self.say(_("Type how many come back of the chosen line, or Space for all of it."), "warn")

    async def press(self, key: str) -> bool:
        """The arrows left and right change how many come back."""
        if self._step is Step.LINES and key == "backspace" and self._typed:
            shorter = self._typed[:-1]
            if self._chosen.sold.line.unit == "pcs":
                self._count(shorter)
            else:
                self._weigh(shorter)
            return True
        if self._step is Step.LINES and key in ("left", "right", "space", "enter"):
            return await self.act(self, key)
        if key in ("up", "down"):
            self._typed = ""
        return await super().press(key)

    def _count(self, typed: str) -> None:
        """Take what is typed as how many pieces come back."""
        self._typed = typed.lstrip("0")
        self._put(int(typed or "0") * PIECE_MILLI)

    def _weigh(self, typed: str) -> None:
        """Take what is typed as the weight that comes back, character by character."""
        self._typed = typed[:LONGEST_WEIGHT]
        number = self._typed.replace(",", ".").rstrip(".")
        quantity_milli = parse_quantity(number) if number.strip("0.") else 0
        self._put(quantity_milli)
        if quantity_milli <= self._chosen.most_milli:
            self.say(
                _("{weight} {unit} comes back.").format(weight=self._typed, unit=self._chosen.sold.line.unit),
                "plain",
            )
        else:
            self.say(_("No more than was sold comes back."), "warn")

    def _put(self, quantity_milli: int) -> None:
        sold = self._chosen.sold
        if sold.refusal:
            self.say(sold.refusal, "warn")
            return
        if not sold.left_milli:
            self.say(_("All of it came back already."), "warn")
            return
        self._backs[self._chosen.key] = max(min(quantity_milli, self._chosen.most_milli), 0)
        self.say("")
        self.show()

    async def do_how_many(self) -> None:
        """Say what the digits are for: somebody clicked on them."""
        self.say(_("Type how many come back of the chosen line, or Space for all of it."), "plain")

    async def do_all(self) -> None:
        """Take all of the line, or none of it."""
        self._typed = ""
        one = self._chosen
        self._put(0 if self._backs.get(one.key) else one.most_milli)

    async def do_more(self) -> None:
        """Take one piece more; of what is weighed all, unless a weight is typed."""
        self._typed = ""
        one = self._chosen
        step = PIECE_MILLI if one.sold.line.unit == "pcs" else one.most_milli
        self._put(self._backs.get(one.key, 0) + step)

    async def do_less(self) -> None:
        """Take one piece less."""
        self._typed = ""
        self._put(self._backs.get(self._chosen.key, 0) - PIECE_MILLI)

    async def do_damaged(self) -> None:
        """Say that it is damaged, or that it is not."""
        self._damaged ^= {self._chosen.sold.line_no}
        if not self._backs.get(self._chosen.key):
            self._put(self._chosen.most_milli)
        self.show()

    async def do_enter(self) -> None:
        """Go on to the reason, and then put it into the basket."""
        if self._step is Step.REASON:
            await self.with_word(self.bring)
        elif not any(self._backs.values()):
            self.say(_("Choose what comes back: Space takes all of a line."), "warn")
        else:
            self._go_to(Step.REASON)

    def _wanted(self) -> dict[tuple[int, str], int]:
        return {key: milli for key, milli in self._backs.items() if milli}

    def _back(self, number: int) -> Back:
        own = {serial: milli for (line_no, serial), milli in self._wanted().items() if line_no == number}
        return Back(
            line_no=number,
            quantity_milli=sum(own.values()),
            damaged=number in self._damaged,
            serials=tuple(serial for serial in own if serial),
        )

    async def bring(self, word: Word) -> None:
        """Put what comes back into the basket."""
        backs = [self._back(number) for number in sorted({number for number, _serial in self._wanted()})]
        desk = self.desk
        view = await desk.till.run(returning.bring, self._found, backs, self._reason.text, word)
        await desk.put(view)
        await self.till_app.back(self)
        self._below.show()
        self._below.say(come_back_words(view), "good")
