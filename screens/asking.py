"""What goods ask before they are rung up: one small box for each question, and scans that wait meanwhile."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from omnipos.domain.asking import (
    HowMuch,
    OldEnough,
    Question,
    WhatPrice,
    WhichSerial,
    WhichVariant,
    question_words,
    variant_words,
)
from omnipos.domain.catalogue import Product
from omnipos.domain.errors import DomainError
from omnipos.domain.money import format_money
from omnipos.domain.names import search_words
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.locale import _, later, ngettext
from omnipos.services import asking
from omnipos.services.asking import Step
from screens.commands import BACK, HELP, Command
from screens.counter import Counter, Dialog
from screens.desk import Desk
from screens.lists import WIDTH
from screens.ringing import Scan
from screens.widgets.cells import Row, between, drawn
from screens.widgets.entry import Asked, Entry
from screens.widgets.lines import Lines
from screens.widgets.message import MessageLine

TAKE = Command("enter", later("Take it"), "enter", later("Take what was typed or chosen"))
AGES = (
    Command("1", later("Yes, old enough"), "old_enough", later("The customer was born by then")),
    Command("2", later("No, too young"), "too_young", later("The goods are not sold; the journal keeps it")),
)
ASIDE = Command("enter", later("Go on"), "back", later("The goods are put aside"))


async def ring_or_ask(counter: Counter, step: Step) -> None:
    """Show the basket with an item that was rung up, or open the box for what it asks."""
    if step.view is not None:
        await counter.desk.put(step.view)
    else:
        await counter.go(AskScreen(counter.desk, step))


class AskScreen(Dialog):
    """Asks until an item can be rung up. Esc takes nothing; scans made meanwhile wait for their turn."""

    def __init__(self, desk: Desk, step: Step) -> None:
        """Begin with an item's first question."""
        self._step = step
        super().__init__(desk)
        self._question = MessageLine()
        self._lines = Lines(_("None of them is called that."))
        self._field = Entry()
        self.entry = self._field
        self._waiting: list[Scan] = []
        self._ask()

    @property
    def is_answered_by_a_digit(self) -> bool:
        """While an age is asked for."""
        return isinstance(self._step.question, OldEnough)

    @property
    def commands(self) -> Sequence[Command]:
        """What answers the question that is open."""
        if self._step.refusal:
            return (ASIDE,)
        if isinstance(self._step.question, OldEnough):
            return (*AGES, BACK)
        return (HELP, TAKE, BACK)

    def compose(self) -> ComposeResult:
        """The question, the field or the list for its answer, and what can be done."""
        with Vertical(id="box") as box:
            box.border_title = Content(drawn(_name_of(self._step)))
            yield self._question
            yield self._field
            yield self._lines
            yield self.message
            yield self.keys

    def _ask(self) -> None:
        question = self._step.question
        refusal = self._step.refusal
        self._question.say(refusal or question_words(self._open), "bad" if refusal else "plain")
        is_typed = question is not None and not isinstance(question, OldEnough)
        self._field.display = is_typed
        self.entry = self._field if is_typed else None
        self._lines.display = isinstance(question, WhichVariant)
        if question is not None:
            self._field.ask(_asked(question))
        self._show_variants()

    @property
    def _open(self) -> Question:
        assert self._step.question is not None, "a box is up while a question is open"
        return self._step.question

    def _show_variants(self) -> None:
        self._lines.show([self._row(one) for one in self._variants()], 0)

    def _variants(self) -> list[Product]:
        question = self._step.question
        if not isinstance(question, WhichVariant):
            return []
        words = search_words(self._field.text)
        return [one for one in question.variants if _is_meant(one, words)]

    def _row(self, variant: Product) -> Row:
        price = format_money(variant.price_minor, self.desk.currency)
        return ((between(f" {drawn(variant_words(variant))}", f"{price} ", WIDTH), "plain"),)

    def edited(self) -> None:
        """Show the variants that the words typed so far fit."""
        self._show_variants()

    # Keys

    async def press(self, key: str) -> bool:
        """Move the choice; where a number answers, no reflex does."""
        if key in ("up", "down", "pageup", "pagedown"):
            self._lines.move({"up": -1, "down": 1, "pageup": -10, "pagedown": 10}[key])
            return True
        if key == "enter" and isinstance(self._step.question, OldEnough):
            self.say(_("Enter is no answer here. Type the number, or Esc to go back."), "warn")
            return True
        return await super().press(key)

    async def type(self, text: str) -> None:
        """Take typed characters; an age is answered by a number."""
        if not isinstance(self._step.question, OldEnough):
            await super().type(text)
        elif text in ("1", "2"):
            await (self.do_old_enough() if text == "1" else self.do_too_young())
        else:
            self.say(_("Type the number of an answer, or Esc to go back."), "warn")

    async def do_enter(self) -> None:
        """Answer with what was typed, or with the variant that is chosen."""
        if isinstance(self._step.question, WhichVariant):
            found = self._variants()
            if found:
                await self._answer_and_go_on(found[max(self._lines.chosen, 0)].sku)
        else:
            await self._answer_and_go_on(self._field.text)

    async def do_old_enough(self) -> None:
        """The customer is old enough."""
        await self._answer_and_go_on("yes")

    async def do_too_young(self) -> None:
        """The customer is too young."""
        await self._answer_and_go_on("no")

    async def do_back(self) -> None:
        """Take nothing of this item, and go on with what was scanned meanwhile."""
        app, waiting = self.till_app, self._waiting
        await super().do_back()
        app.scan_again(waiting)

    async def _answer_and_go_on(self, text: str) -> None:
        if await self._answer(text):
            await self.do_back()

    async def _answer(self, text: str) -> bool:
        """Answer the open question; tell whether the item is rung up."""
        self._step = await self.desk.till.run(asking.answer, self._step, text)
        if self._step.view is not None:
            await self.desk.put(self._step.view)
            return True
        if self._step.refusal:
            self.app.bell()
        self._ask()
        return False

    # Scans

    @property
    def waiting_scans(self) -> Sequence[Scan]:
        """What was scanned since the question came up, the item that asks first."""
        item, quantity_milli = self._step.wanted
        asks = Scan(item.barcode, quantity_milli * PIECE_MILLI // item.quantity_milli)
        is_scanned = item.barcode and not self._step.refusal
        return [*([asks] if is_scanned else []), *self._waiting]

    async def take_scans(self, scans: Sequence[Scan]) -> Sequence[Scan]:
        """Take a scan as a serial number where one is asked for; all others wait until the item is done."""
        for number, scan in enumerate(scans, start=1):
            if self._waiting or not await self._is_number(scan):
                self._waiting.append(scan)
                self._say_waiting()
            elif await self._is_rung_by(scan):
                await super().do_back()
                return scans[number:]
        return ()

    async def _is_number(self, scan: Scan) -> bool:
        return await self.desk.till.run(asking.is_answered_by_scan, self._step, scan.code)

    async def _is_rung_by(self, scan: Scan) -> bool:
        try:
            return await self._answer(scan.code)
        except DomainError as refusal:
            self.say(str(refusal))
            return False

    def _say_waiting(self) -> None:
        count = len(self._waiting)
        waits = ngettext(
            "{count} scan waits until this is answered.", "{count} scans wait until this is answered.", count
        )
        self.say(waits.format(count=count), "warn")

    @on(Lines.Picked)
    def pick(self, event: Lines.Picked) -> None:
        """A click on a variant takes it."""
        self._lines.show(self._lines.rows, event.index)
        self.till_app.hit("enter")


def _name_of(step: Step) -> str:
    product = step.wanted.item.product
    return product.family if step.wanted.item.variants else product.name


def _is_meant(variant: Product, words: Sequence[str]) -> bool:
    own = search_words(f"{variant.name} {' '.join(variant.options)} {variant.sku}")
    return all(any(one.startswith(word) for one in own) for word in words)


def _asked(question: Question) -> Asked:
    match question:
        case WhichVariant():
            return Asked(_("type to narrow the list"))
        case HowMuch(unit=unit):
            hint = _("such as 0.482, or 482 g") if unit == "kg" else _("such as 0.5")
            return Asked(hint, _("Weight") if unit == "kg" else _("Quantity"), 14)
        case WhatPrice():
            return Asked(_("for one"), _("Price"), 20)
        case WhichSerial():
            return Asked(_("scan or type it"), _("Serial number"), 40)
        case OldEnough():
            return Asked()
