"""What the drawer asks: sums and reasons, the count by denomination, and what stays in it."""

from collections.abc import Sequence
from typing import ClassVar

from omnipos.domain.drawer import MOVE_WORDS, CashMove, Pieces, counted, denominations, parse_count, worth_of
from omnipos.domain.errors import EntryRefused
from omnipos.domain.money import format_amount, format_money, parse_money
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

    def __init__(self, below: DrawerScreen, heading: str) -> None:
        """Ask for the notes and coins of the shop's money, the largest first."""
        self.below = below
        code = below.desk.currency
        self._worths = denominations(code)
        written = [format_amount(worth, code) for worth in self._worths]
        width = max(map(len, written))
        fields = [Entry(label=f"{text:>{width}} ×", longest=6) for text in written]
        super().__init__(below.desk, fields, heading, self._sum_words(0))

    def _sum_words(self, minor: int) -> str:
        return _("Counted so far: {amount}").format(amount=format_money(minor, self.below.desk.currency))

    def counted(self) -> tuple[Pieces, ...]:
        """Return what was typed; raise EntryRefused."""
        counts = (parse_count(field.text) for field in self.fields)
        return counted(dict(zip(self._worths, counts, strict=True)), self.desk.currency)

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
        pieces = self.counted()
        await self.desk.till.run(shifting.open_with_float, pieces)
        await self.close()
        said = _("The float is {amount}.").format(amount=format_money(worth_of(pieces), self.desk.currency))
        await self.below.refresh_after(said)


class CashUpScreen(CountForm):
    """Counts the drawer; what should be in it is not told before."""

    def __init__(self, below: DrawerScreen, *, force: bool) -> None:
        """Count, over what stands in the way if `force`."""
        self._force = force
        super().__init__(below, _("Count the drawer"))

    async def send(self) -> None:
        """Go on to closing."""
        await self.go(CloseScreen(self, self.counted(), force=self._force))


class CloseScreen(Form):
    """Asks what stays in the drawer, and why it is over or short or closed all the same."""

    def __init__(self, count: CashUpScreen, pieces: tuple[Pieces, ...], *, force: bool) -> None:
        """Close with what was counted."""
        desk = count.desk
        self._count, self._pieces, self._force = count, pieces, force
        total = format_money(worth_of(pieces), desk.currency)
        words = (_("Stays in the drawer"), _("Why closed anyway"), _("Why over or short"))
        width = max(map(len, words))
        self._left = Entry(_("nothing typed: all of it"), label=words[0].ljust(width), longest=20)
        self._forced = Entry(
            _("what is in the way, and why not now"), label=words[1].ljust(width), longest=LONGEST_REASON
        )
        self._reason = Entry(
            _("only when it is over or short"), label=words[2].ljust(width), longest=LONGEST_REASON
        )
        fields = (self._left, *((self._forced,) if force else ()), self._reason)
        super().__init__(desk, fields, _("Close the shift"), _("Counted: {amount}").format(amount=total))

    async def send(self) -> None:
        """Close it; a difference beyond the limit is told now, and takes a reason."""
        await self.with_word(self._close_it)

    async def _close_it(self, word: Word) -> None:
        typed = self._left.text.strip()
        closing = Closing(
            counted=self._pieces,
            left_minor=parse_money(typed, self.desk.currency) if typed else None,
            reason=self._reason.text,
            force=self._force,
            force_reason=self._forced.text,
        )
        report = await self.desk.till.run(shifting.close, closing, word)
        await self.close()
        await self._count.close()
        below = self._count.below
        await below.refresh_after(_("{number} is closed and being printed.").format(number=report.number))
        await show_z(self.desk, report, below)
