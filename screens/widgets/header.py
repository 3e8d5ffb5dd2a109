"""The first line of every screen: shop, till and cashier; how the till stands; the time."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.message import Message

from omnipos.locale import _, ngettext
from omnipos.ports import LinkState
from omnipos.services.watching import TillStatus
from screens import times
from screens.desk import Desk
from screens.widgets.cells import Piece, Row, drawn, fit
from screens.widgets.painted import Painted


def standing(status: TillStatus | None, desk: Desk) -> Piece:
    """Return the one thing the status line says of syncing."""
    if status is None:
        return "", "dim"
    if status.needs_attention:
        return "▲ " + _("needs attention · ^S"), "bad"
    match status.link:
        case LinkState.ASKING:
            return "○ " + _("asking the hub"), "dim"
        case LinkState.AWAY if status.waiting:
            return "○ " + _("hub away · {count} waiting").format(count=status.waiting), "warn"
        case LinkState.AWAY:
            return "○ " + _("hub away"), "warn"
        case LinkState.ONLINE if status.waiting:
            since = times.day_or_clock(status.waiting_since_ms, desk.now_ms, desk.zone)
            return "● " + _("{count} waiting since {time}").format(count=status.waiting, time=since), "accent"
        case LinkState.ONLINE:
            return "● " + _("all at hub"), "good"
        case LinkState.ATTENTION:
            raise AssertionError("said before everything else")


class HeaderLine(Painted):
    """The first line; a click on it asks for the details."""

    class Clicked(Message):
        """Somebody wants to know more."""

    def __init__(self, desk: Desk) -> None:
        """Begin with what the desk knows."""
        super().__init__()
        self._desk = desk
        self._shown: tuple[object, ...] = ()

    def show(self) -> None:
        """Paint again if anything here has changed."""
        desk = self._desk
        staff = desk.till.staff
        now = (desk.status, desk.approvals_waiting, desk.shop, staff, desk.now_ms // 60_000)
        if now != self._shown:
            self._shown = now
            self.repaint()

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """Return the line; the names give way before the state does."""
        desk = self._desk
        staff = desk.till.staff
        words = [desk.shop.name if desk.shop else "OmniPOS"]
        words.append(_("Till {number}").format(number=desk.till.identity.till_number))
        words += [staff.name] if staff else []
        state, name = standing(desk.status, desk)
        if desk.till.is_training:
            state, name = "■ " + _("TRAINING · nothing is sold"), "bad"
        trouble = desk.status.print_trouble if desk.status else ""
        paper = " · " + _("printer!") if trouble else ""
        count = desk.approvals_waiting
        asked = ngettext(" · {count} approval ^G", " · {count} approvals ^G", count).format(count=count)
        asked = asked if count else ""
        if desk.status and desk.status.payments_open:
            paper += " · " + _("payment unknown")
        time = f"   {desk.clock(desk.now_ms)} "
        room = width - cell_len(state) - cell_len(paper) - cell_len(asked) - len(time)
        left = fit(" " + drawn(" · ".join(words)), room)
        return (((left, "strong"), (state, name), (paper, "bad"), (asked, "accent"), (time, "plain")),)

    async def _on_click(self, event: events.Click) -> None:
        self.post_message(self.Clicked())
