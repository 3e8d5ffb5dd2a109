"""A discount or a price by hand: what it is for, how much, why, and who allows it; Esc goes one step back."""

from collections.abc import Awaitable, Callable, Sequence
from enum import IntEnum
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from omnipos.domain import discounting as rules
from omnipos.domain.basket import Line
from omnipos.domain.discounting import Off
from omnipos.domain.money import format_money
from omnipos.locale import _, later
from omnipos.services import discounting
from omnipos.services.approving import Word
from omnipos.services.selling import BasketView
from screens.commands import BACK, Command
from screens.counter import Counter, Dialog
from screens.widgets.cells import Row, drawn
from screens.widgets.entry import Asked, Entry
from screens.widgets.lines import Lines
from screens.widgets.message import MessageLine


class Step(IntEnum):
    """One thing asked for after the other."""

    WHAT = 0
    AMOUNT = 1
    REASON = 2


class Aim(IntEnum):
    """What somebody wants to give."""

    LINE = 0
    BASKET = 1
    PRICE = 2


class Choice(NamedTuple):
    """One line of the first list: what it says, and what it does."""

    text: str
    act: Callable[[], Awaitable[None]]


class DiscountScreen(Dialog):
    """Gives the chosen line or the whole basket a discount, or the line another price."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Next, done"), "enter", later("Go to the next field; in the last one, done")),
        BACK,
    )

    def __init__(self, below: Counter, line: Line) -> None:
        """Begin with what can be done for a line and for the basket around it."""
        super().__init__(below.desk)
        self._below = below
        self._line = line
        self._aim = Aim.LINE
        self._step = Step.WHAT
        self._off = Off()
        self._price_minor = 0
        self._preview = ""
        self._intro = MessageLine()
        self._total = MessageLine()
        self._lines = Lines()
        self._entries = {
            Step.AMOUNT: Entry(longest=24),
            Step.REASON: Entry(
                _("a number, or your own words"), label=_("Reason "), longest=rules.LONGEST_REASON
            ),
        }

    def compose(self) -> ComposeResult:
        """What it is about, what can be chosen, and what is typed."""
        with Vertical(id="box") as box:
            box.border_title = _("Discount")
            yield self._intro
            yield self._total
            yield self._lines
            yield from self._entries.values()
            yield self.message
            yield self.keys

    async def open(self) -> None:
        """Begin with the first step."""
        self._go_to(Step.WHAT)

    def _go_to(self, step: Step) -> None:
        self._step = step
        self.entry = self._entries.get(step)
        for one, entry in self._entries.items():
            entry.display = one is step
            entry.activate(one is step)
        rows = self._rows()
        self._lines.show(rows, 0 if step is Step.WHAT else -1)
        self._lines.display = bool(rows)
        self._total.display = step > Step.AMOUNT
        self._intro.say(self._heading, "dim" if step <= Step.AMOUNT else "plain")

    @property
    def _heading(self) -> str:
        if self._step > Step.AMOUNT:
            return self._preview
        return _("The whole basket") if self._step and self._aim is Aim.BASKET else self._item_name

    @property
    def _item_name(self) -> str:
        return drawn(self._line.name)

    def _rows(self) -> list[Row]:
        if self._step is Step.WHAT:
            texts = [one.text for one in self._choices()]
        elif self._step is Step.REASON:
            texts = [_(reason) for reason in rules.USUAL_REASONS]
        else:
            texts = []
        return [((f" {number} ", "accent"), (text, "plain")) for number, text in enumerate(texts, start=1)]

    def _choices(self) -> list[Choice]:
        """Return what can be done: the gifts first, then what can be taken back of those given."""
        line, view = self._line, self.desk.view
        found = [
            Choice(_("Discount on this line"), lambda: self._aim_at(Aim.LINE)),
            Choice(_("Discount on the whole basket"), lambda: self._aim_at(Aim.BASKET)),
            Choice(_("New price for this line"), lambda: self._aim_at(Aim.PRICE)),
        ]
        if line.discount is not None:
            text = _("Take this line's discount back: {reason}")
            found.append(Choice(text.format(reason=drawn(line.discount.reason)), self._take_line_back))
        if view is not None and view.basket.discount is not None:
            text = _("Take the whole basket's discount back: {reason}")
            reason = drawn(view.basket.discount.reason)
            found.append(Choice(text.format(reason=reason), self._take_basket_back))
        if line.override is not None:
            was = format_money(line.override.was_minor, self.desk.currency)
            found.append(Choice(_("Back to the price of {price}").format(price=was), self._restore))
        return found

    # Going through the steps

    async def type(self, text: str) -> None:
        """Take the number of a choice, else type."""
        if self._step is Step.WHAT:
            choices = self._choices()
            if text.isdigit() and 1 <= int(text) <= len(choices):
                await choices[int(text) - 1].act()
            else:
                self.say(_("Type the number of an answer, or Esc to go back."), "warn")
        elif self._step is Step.REASON and self.entry is not None and not self.entry.text:
            if text.isdigit() and 1 <= int(text) <= len(rules.USUAL_REASONS):
                self.entry.put(_(rules.USUAL_REASONS[int(text) - 1]))
                await self._give()
            else:
                await super().type(text)
        else:
            await super().type(text)

    async def press(self, key: str) -> bool:
        """Move the choice in a list."""
        if key in ("up", "down") and self._lines.count:
            self._lines.move(-1 if key == "up" else 1)
            return True
        return await super().press(key)

    async def do_enter(self) -> None:
        """Take what is chosen or typed, and go on."""
        match self._step:
            case Step.WHAT:
                await self._choices()[max(self._lines.chosen, 0)].act()
            case Step.AMOUNT:
                await self._take_amount()
            case Step.REASON:
                chosen = self._lines.chosen
                entry = self._entries[Step.REASON]
                if chosen >= 0 and not entry.text.strip():
                    entry.put(_(rules.USUAL_REASONS[chosen]))
                await self._give()

    async def do_back(self) -> None:
        """Go one step back; from the first one, back to the basket."""
        if self._step is Step.WHAT:
            await super().do_back()
            return
        self._go_to(Step(self._step - 1))

    async def _aim_at(self, aim: Aim) -> None:
        line = self._line
        # What takes none says so before anything is typed.
        at = 0 if aim is Aim.BASKET else line.line_id
        await self.desk.till.run(discounting.check, at, is_price=aim is Aim.PRICE)
        if aim is not self._aim:
            self._entries[Step.AMOUNT].put("")
        self._aim = aim
        amount = self._entries[Step.AMOUNT]
        typed = amount.text
        if aim is Aim.PRICE:
            now = format_money(line.unit_price_minor, self.desk.currency)
            amount.ask(Asked(_("now {price}").format(price=now), _("New price"), 24))
        else:
            amount.ask(Asked(_("a rate such as 10%, or a sum"), _("Discount"), 24))
        amount.put(typed)
        self._go_to(Step.AMOUNT)

    async def _take_amount(self) -> None:
        text, desk = self._entries[Step.AMOUNT].text, self.desk
        line_id = self._line.line_id
        if not text.strip():
            is_price = self._aim is Aim.PRICE
            self.say(
                _("Type the new price.") if is_price else _("Type a rate such as 10%, or a sum."), "warn"
            )
            return
        if self._aim is Aim.PRICE:
            self._price_minor = rules.parse_price(text, desk.currency)
            view = await desk.till.run(discounting.would_cost, line_id, self._price_minor)
        else:
            self._off = rules.parse_off(text, desk.currency)
            at = line_id if self._aim is Aim.LINE else 0
            view = await desk.till.run(discounting.would_come_to, at, self._off)
        total = format_money(view.totals.total_minor, desk.currency)
        # Lines of their own, so that no sum is broken behind its currency.
        self._preview = self._done(view)
        self._total.say(_("Total {total}.").format(total=total), "plain")
        self._go_to(Step.REASON)

    async def _give(self) -> None:
        """Give it; a manager is asked for only when one is needed."""
        await self.with_word(self._give_with)

    async def _give_with(self, word: Word) -> None:
        reason = self._entries[Step.REASON].text
        line_id, till = self._line.line_id, self.desk.till
        match self._aim:
            case Aim.LINE:
                view = await till.run(discounting.discount_line, line_id, self._off, reason, word)
            case Aim.BASKET:
                view = await till.run(discounting.discount_basket, self._off, reason, word)
            case Aim.PRICE:
                price_minor = self._price_minor
                view = await till.run(discounting.override_price, line_id, price_minor, reason, word)
        await self._end(view, self._done(view))

    def _done(self, view: BasketView) -> str:
        """Say what was done, or would be."""
        money = view.basket.currency
        if self._aim is Aim.PRICE:
            line = next(one for one in view.basket.lines if one.line_id == self._line.line_id)
            price = format_money(line.unit_price_minor, money)
            was = format_money(self._line.unit_price_minor, money)
            return _("{name} for {price} instead of {was}.").format(
                name=self._item_name, price=price, was=was
            )
        line_id = self._line.line_id if self._aim is Aim.LINE else 0
        worth = format_money(rules.worth_minor(view.basket, view.totals.promotions, line_id), money)
        if line_id:
            return _("{amount} off {name}.").format(amount=worth, name=self._item_name)
        said = _("{amount} off the whole basket.").format(amount=worth)
        return f"{said} {rules.left_out_words(view.basket)}".rstrip()

    async def _take_line_back(self) -> None:
        view = await self.desk.till.run(discounting.take_discount_back, self._line.line_id)
        await self._end(view, _("The discount is taken back."))

    async def _take_basket_back(self) -> None:
        view = await self.desk.till.run(discounting.take_discount_back)
        await self._end(view, _("The discount is taken back."))

    async def _restore(self) -> None:
        view = await self.desk.till.run(discounting.restore_price, self._line.line_id)
        line = next(one for one in view.basket.lines if one.line_id == self._line.line_id)
        price = format_money(line.unit_price_minor, view.basket.currency)
        await self._end(view, _("{name} costs {price} again.").format(name=self._item_name, price=price))

    async def _end(self, view: BasketView, said: str) -> None:
        await self.desk.put(view)
        await self.till_app.back(self)
        self._below.say(said, "good")

    @on(Lines.Picked)
    async def pick(self, event: Lines.Picked) -> None:
        """A click on a choice takes it."""
        self._lines.show(self._lines.rows, event.index)
        self.till_app.hit("enter")
