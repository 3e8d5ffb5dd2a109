"""What the drawer asks: sums and reasons, the count by denomination, and what stays in it."""

from collections.abc import Sequence
from typing import ClassVar

from omnipos.domain.drawer import MOVE_WORDS, CashMove, Pieces, counted, denominations, parse_count, worth_of
from omnipos.domain.errors import EntryRefused
from omnipos.domain.foreign_count import ForeignCounted, foreign_money
from omnipos.domain.money import format_amount, format_money, parse_money
from omnipos.domain.shift_words import float_words
from omnipos.locale import _, later
from omnipos.services import kicking, shifting
from omnipos.services.approving import LONGEST_REASON, Word
from omnipos.services.shifting import Closing
from screens.commands import BACK, Command
from screens.drawer import DrawerScreen, show_z
from screens.forms import Form
from screens.widgets.entry import Entry


class MoveScreen(Form):
    """Asks for the sum and the reason of cash that is no sale."""

    def __init__(self, below: DrawerScreen, move: CashMove) -> None:
        """Ask for one way in or out."""
        width = max(map(len, (_("Sum"), _("Reason"))))
        self._below, self._what = below, move
        self._sum = Entry(label=_("Sum").ljust(width), longest=20)
        hint = _("such as: ice, change from the bank")
        if move is CashMove.SAFE_DROP:
            hint = _("may stay empty")
        self._reason = Entry(hint, label=_("Reason").ljust(width), longest=LONGEST_REASON)
        super().__init__(below.desk, (self._sum, self._reason), _(MOVE_WORDS[move]))

    async def send(self) -> None:
        """Move it."""
        await self.with_word(self._move_it)

    async def _move_it(self, word: Word) -> None:
        amount_minor = parse_money(self._sum.text, self.desk.currency)
        await self.desk.till.run(shifting.move_cash, self._what, amount_minor, self._reason.text, word)
        await self.close()
        said = _("{move}: {amount}. The slip is being printed.")
        amount = format_money(amount_minor, self.desk.currency)
        await self._below.refresh_after(said.format(move=_(MOVE_WORDS[self._what]), amount=amount))


class NoSaleScreen(Form):
    """Asks why the drawer is to open without a sale."""

    def __init__(self, below: DrawerScreen) -> None:
        """Ask for the reason."""
        self._below = below
        self._reason = Entry(_("such as: change for a customer"), label=_("Reason"), longest=LONGEST_REASON)
        super().__init__(below.desk, (self._reason,), _("No sale"), _("The journal keeps every opening."))

    async def send(self) -> None:
        """Open it."""
        await self.with_word(self._open_it)

    async def _open_it(self, word: Word) -> None:
        await self.desk.till.run(kicking.no_sale, self._reason.text, word)
        await self.close()
        await self._below.refresh_after(_("The drawer opens."))


class CountForm(Form):
    """Asks how many there are of each note and coin; the sum so far stands above."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Next"), "enter", later("Go to the next note or coin")),
        Command("f12", later("Counted"), "done", later("All is counted")),
        BACK,
    )

    def __init__(self, below: DrawerScreen, heading: str, code: str = "") -> None:
        """Ask for the notes and coins of a currency, the shop's own unless told, the largest first."""
        self.below = below
        self.code = code = code or below.desk.currency
        self._worths = denominations(code)
        written = [format_amount(worth, code) for worth in self._worths]
        width = max(map(len, written))
        fields = [Entry(label=f"{text:>{width}} ×", longest=6) for text in written]
        super().__init__(below.desk, fields, heading, self._sum_words(0))

    def _sum_words(self, minor: int) -> str:
        return _("Counted so far: {amount}").format(amount=self.written(minor))

    def written(self, minor: int) -> str:
        """Write a sum as it is counted here; that of another currency behind its code."""
        write = format_money if self.code == self.below.desk.currency else foreign_money
        return write(minor, self.code)

    def counted(self) -> tuple[Pieces, ...]:
        """Return what was typed; raise EntryRefused."""
        counts = (parse_count(field.text) for field in self.fields)
        return counted(dict(zip(self._worths, counts, strict=True)), self.code)

    def edited(self) -> None:
        """Say what it comes to so far."""
        try:
            self._intro.say(self._sum_words(worth_of(self.counted())), "dim")
        except EntryRefused as refusal:
            self._intro.say(_("Counted so far: not known"), "dim")
            self.say(str(refusal))

    async def do_done(self) -> None:
        """Take the count as it stands."""
        await self.send()


class FloatScreen(CountForm):
    """Counts the float into the drawer."""

    def __init__(self, below: DrawerScreen) -> None:
        """Ask for the float."""
        super().__init__(below, _("Float"))

    async def send(self) -> None:
        """Keep it."""
        await self.with_word(self._keep)

    async def _keep(self, word: Word) -> None:
        pieces = self.counted()
        now = await self.desk.till.run(shifting.open_with_float, pieces, word)
        await self.close()
        await self.below.refresh_after(
            float_words(now.float_minor, now.float_short_minor, self.desk.currency)
        )


class CashUpScreen(CountForm):
    """Counts the drawer, one currency after the other; what should be in it is not told before."""

    def __init__(
        self,
        below: DrawerScreen,
        codes: Sequence[str],
        *,
        force: bool,
        before: tuple["CashUpScreen", ...] = (),
    ) -> None:
        """Count the first of these currencies, over what stands in the way if `force`."""
        self._rest, self._force = tuple(codes[1:]), force
        self._next: CashUpScreen | None = None
        self.counts = (*before, self)
        heading = _("Count the drawer: {currency}").format(currency=codes[0])
        super().__init__(below, heading if before else _("Count the drawer"), codes[0])

    async def on_unmount(self) -> None:
        """Count no longer, when the first currency goes."""
        if self.counts[0] is self:
            await self.desk.till.run(kicking.leave_count)

    async def send(self) -> None:
        """Go on to the next currency, or to closing; what was typed there before stays."""
        self.counted()
        if not self._rest:
            await self.go(CloseScreen(self.counts, force=self._force))
            return
        behind = CashUpScreen(self.below, self._rest, force=self._force, before=self.counts)
        if self._next is not None:
            behind.put_again(self._next)
        self._next = behind
        await self.go(behind)

    def put_again(self, earlier: "CashUpScreen") -> None:
        """Take over what was typed into the same form before somebody went back from it."""
        for field, old in zip(self.fields, earlier.fields, strict=True):
            field.put(old.text)
        self._next = earlier._next
        self.edited()


class CloseScreen(Form):
    """Asks what stays in the drawer, and why it is over or short or closed all the same."""

    def __init__(self, counts: Sequence[CashUpScreen], *, force: bool) -> None:
        """Close with what was counted, currency by currency, the shop's own first."""
        self._counts, self._force = counts, force
        asked = [one for one in counts if one is counts[0] or one.counted()]
        labels = [
            _("Stays in the drawer"),
            *(_("Stays in {code}").format(code=one.code) for one in asked[1:]),
        ]
        words = (_("Why closed anyway"), _("Why over or short"))
        width = max(map(len, (*labels, *words)))
        self._left = {
            one.code: Entry(_("nothing typed: all of it"), label=label.ljust(width), longest=20)
            for one, label in zip(asked, labels, strict=True)
        }
        self._forced = Entry(
            _("what is in the way, and why not now"), label=words[0].ljust(width), longest=LONGEST_REASON
        )
        self._reason = Entry(
            _("only when it is over or short"), label=words[1].ljust(width), longest=LONGEST_REASON
        )
        fields = (*self._left.values(), *((self._forced,) if force else ()), self._reason)
        total = ", ".join(one.written(worth_of(one.counted())) for one in asked)
        heading = _("Close the shift")
        super().__init__(counts[0].desk, fields, heading, _("Counted: {amount}").format(amount=total))

    async def send(self) -> None:
        """Close it; a difference beyond the limit is told now, and takes a reason."""
        await self.with_word(self._close_it)

    async def _close_it(self, word: Word) -> None:
        own, *others = self._counts
        closing = Closing(
            counted=own.counted(),
            left_minor=self._left_of(own),
            reason=self._reason.text,
            force=self._force,
            force_reason=self._forced.text,
            foreign=tuple(
                ForeignCounted(currency=one.code, counted=one.counted(), left_minor=self._left_of(one))
                for one in others
            ),
        )
        report = await self.desk.till.run(shifting.close, closing, word)
        await own.close()
        below = own.below
        await below.refresh_after(_("{number} is closed and being printed.").format(number=report.number))
        await show_z(self.desk, report, below)

    def _left_of(self, count: CashUpScreen) -> int | None:
        typed = self._left[count.code].text.strip() if count.code in self._left else ""
        return parse_money(typed, count.code) if typed else None
