"""The counter in a terminal: takes every key and scan in order and gives it to the screen that is up."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import events, on, work
from textual.screen import Screen
from textual.types import CSSPathType

from omnipos.config import Settings
from omnipos.domain.errors import DomainError
from omnipos.locale import _
from omnipos.services import signing_in
from omnipos.services.till import Till
from screens.bursts import BurstReader, Stroke
from screens.counter import Counter, Dialog
from screens.desk import Desk
from screens.palette import HasPalette
from screens.ringing import Scan
from screens.scans import take_scans
from screens.signin import SignInScreen
from screens.themes import DARK, LIGHT
from screens.told import CodeMade, PaymentHeard

if TYPE_CHECKING:
    from omnipos.services.paying import Heard
    from screens.around_sale import AroundSale

Result = TypeVar("Result")

_log = logging.getLogger(__name__)

HERE = Path(__file__).parent

HOLD_S = 0.03
"""How long a key may wait for the next: too short to be seen, longer than a scanner's gap."""
TIDY_AFTER_S = 0.05
"""After somebody came in, when the sell screen is painted and nothing was scanned yet."""
ALONE_S = 0.1
"""A digit that answers a question has no other key so close to it, as those of a stalling scan have."""


class TillApp(HasPalette):
    """One till. It never asks the network for anything; the till given to it is all it knows."""

    CSS_PATH: ClassVar[CSSPathType | None] = [HERE / "app.tcss", HERE / "signin.tcss"]
    TITLE = "OmniPOS"
    AUTO_FOCUS = None
    NOTIFICATION_TIMEOUT = 3
    ENABLE_COMMAND_PALETTE: ClassVar[bool] = True

    def __init__(self, till: Till, settings: Settings) -> None:
        """Show a till; nobody is signed in yet unless the till says so."""
        super().__init__()
        self.desk = Desk(till, settings)
        self.changes_training = False
        """Set when the till is left to begin training, or to end it."""
        self._bursts = BurstReader(settings.scan_gap_ms)
        self._scans: deque[Scan] = deque()
        self._kept_scans: list[Scan] = []
        """What waited for an answer when the till locked itself; it goes on with who signs in."""
        self._scan_came = asyncio.Event()
        self._scans_done = asyncio.Event()
        self._scans_done.set()
        self._selling: AroundSale | None = None
        self._holding: asyncio.TimerHandle | None = None
        self._last_stroke_s = 0.0
        self._last_used_ms = till.clock.monotonic_ms()
        self.tidy: Callable[[], None] = lambda: None
        """Lets go of what starting left behind; called when somebody came in and nothing was scanned yet."""
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = LIGHT.name if settings.theme == "light" else DARK.name

    @property
    def idle_ms(self) -> int:
        """How long nobody has typed or scanned."""
        return self.desk.till.clock.monotonic_ms() - self._last_used_ms

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own colours, for a look that is not one of ours."""
        return dict(DARK.variables)

    def get_default_screen(self) -> Screen[None]:
        """The screen at the bottom of all: nobody gets past it without a PIN."""
        return SignInScreen(self.desk)

    async def on_mount(self) -> None:
        """Begin to listen, to look at the time, and to tend the status line."""
        self._serve_scans()
        self.desk.till.on_payment = self._tell_of_payment
        self.desk.till.on_code = self._tell_of_code
        self.set_interval(1, self.look_around)
        await self.desk.load()
        if self.desk.till.staff is not None:
            await self.enter_shop()
        else:
            await self._bottom().open()
        self._show()

    def _bottom(self) -> SignInScreen:
        bottom = self.screen_stack[0]
        assert isinstance(bottom, SignInScreen), "sign-in is the bottom of the stack"
        return bottom

    # Moving between screens

    async def go(self, screen: Counter) -> None:
        """Put a screen on top, ready for the next key."""
        await self.push_screen(screen)
        await screen.open()

    async def back(self, screen: Screen[None]) -> None:
        """Take a screen, and what is over it, away. Keys go to the one below at once."""
        while screen in self.screen_stack[1:]:
            self.pop_screen()

    async def pay_now(self) -> None:
        """Leave everything over the sell screen and pay the basket: an order was put into it."""
        from screens.sell import SellScreen

        while len(self.screen_stack) > 2:
            self.pop_screen()
        if isinstance(self.screen, SellScreen):
            await self.screen.do_pay()

    async def enter_shop(self) -> None:
        """Go to selling: somebody is signed in. Their first tender asks if a basket was lying there."""
        await self.desk.load()
        view = await self.desk.open_basket()
        self.desk.is_taken_over = bool(view.basket.lines)
        if self._selling is None:
            from screens.sell import SellScreen

            self._selling = SellScreen(self.desk)
            self.install_screen(self._selling, "sell")
        await self.go(self._selling)
        asyncio.get_running_loop().call_later(TIDY_AFTER_S, self.tidy)
        kept, self._kept_scans = self._kept_scans, []
        self.scan_again(kept)

    def change_training(self) -> None:
        """Leave this till for the one of training, or that one for the real one."""
        self.changes_training = True
        self.exit()

    async def lock(self) -> None:
        """Go back to sign-in from wherever this is; the basket stays on disk."""
        await self.desk.till.run(signing_in.sign_out)
        counters = [one for one in self.screen_stack if isinstance(one, Counter)]
        self._kept_scans += [scan for one in counters for scan in one.waiting_scans]
        while len(self.screen_stack) > 1:
            self.pop_screen()
        await self._bottom().open()

    async def _lock_when_sold(self) -> None:
        """Lock behind a finished sale where the shop wants it; the sale and its change stay in view."""
        selling = self._selling
        finished = selling.finished() if selling is not None and self.screen is selling else None
        if finished is not None:
            await self.lock()
            await self.go(finished)

    async def leave_for_next(self) -> None:
        """Park the basket whose payment goes on, and be ready for the next customer."""
        from screens.sell import SellScreen

        if isinstance(self.screen, SellScreen):
            await self.screen.serve_next()

    async def show_own_code(self) -> None:
        """Show the shop's own QR code instead of one that was asked for."""
        if self._selling is not None and self.screen is self._selling:
            await self._selling.show_own_code()

    def _tell_of_payment(self, heard: "Heard") -> None:
        # From the writer thread; the screen acts on it in its own.
        self.post_message(PaymentHeard(heard))

    def _tell_of_code(self, payment_id: str) -> None:
        self.post_message(CodeMade(payment_id))

    @on(CodeMade)
    async def show_code(self, event: CodeMade) -> None:
        """Show a code that was waited for; whoever went on meanwhile finds it with the payments."""
        from screens.charging import ChargingScreen
        from screens.qr import show_made_code

        screen = self.screen
        if isinstance(screen, ChargingScreen) and screen.payment.payment_id == event.payment_id:
            await self.back(screen)
            if isinstance(self.screen, Counter):
                await show_made_code(self.screen, screen.payment)
        self._show()

    @on(PaymentHeard)
    async def hear_payment(self, event: PaymentHeard) -> None:
        """Show what became of a payment, whichever screen is up by now."""
        from screens.charging import AwaitsPayment, heard_words

        for screen in self.screen_stack:
            if (
                isinstance(screen, AwaitsPayment)
                and screen.payment.payment_id == event.heard.payment.payment_id
            ):
                await self.back(screen)
        said, style = heard_words(event.heard)
        await self.desk.look()
        is_shown = self._selling is not None and await self._selling.hear(event.heard)
        if isinstance(self.screen, Counter):
            await self._carefully(self.screen, self.screen.tick())
            # What was said of it before holds no more, even where the change in view says it all.
            is_shown |= self.screen.shows(event.heard.payment.payment_id)
            self.screen.say("" if is_shown else said, style)
        self._show()

    # Keys and scans

    async def on_event(self, event: events.Event) -> None:
        """Take keys and pastes before any widget does; all else goes Textual's way."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self._take_key(event)
        elif isinstance(event, events.Paste) and not event.is_forwarded:
            await self._take_paste(event)
        else:
            await super().on_event(event)

    async def _take_key(self, event: events.Key) -> None:
        self._last_used_ms = self.desk.till.clock.monotonic_ms()
        if event.is_printable and event.character is not None:
            await self._take_character(event, event.character)
            return
        if event.key in ("enter", "tab"):
            ended = self._bursts.end(event.time * 1000)
            await self._type(ended.typed)
            if ended.scan:
                self._take_scan(ended.scan, ended.taken_back)
                return
        else:
            await self._type(self._bursts.break_off())
        if isinstance(self.screen, Counter):
            await self._press(event, self.screen)
        else:
            await super().on_event(event)

    async def _take_character(self, event: events.Key, character: str) -> None:
        due = self._bursts.add(Stroke(character, event.time * 1000))
        if isinstance(self.screen, Counter):
            await self._type(due)
            self._last_stroke_s = asyncio.get_running_loop().time()
            self._hold(self._hold_s)
        else:
            # Textual's own palette is up: it types at once, and a scan closes it.
            self._bursts.release()
            await super().on_event(event)

    def _hold(self, seconds: float) -> None:
        if self._holding is None:
            self._holding = asyncio.get_running_loop().call_later(seconds, self._held_long_enough)

    @property
    def _hold_s(self) -> float:
        if not self.screen_stack:
            return HOLD_S  # the till is being left
        asks = isinstance(self.screen, Counter) and self.screen.is_answered_by_a_digit
        return ALONE_S if asks else HOLD_S

    def _held_long_enough(self) -> None:
        self._holding = None
        rest = self._last_stroke_s + self._hold_s - asyncio.get_running_loop().time()
        if self._bursts.is_holding and rest > 0:
            self._hold(rest)
        elif self._bursts.is_holding:
            self.call_next(self._release)

    async def _release(self) -> None:
        await self._type(self._bursts.release())

    async def _type(self, strokes: Iterable[Stroke]) -> None:
        let_go = tuple(strokes)
        for stroke in let_go:
            await self._scans_done.wait()
            screen = self.screen
            if isinstance(screen, Counter):
                screen.say("")
                is_refused = screen.is_answered_by_a_digit and not self._bursts.stands_alone(
                    stroke, let_go, ALONE_S * 1000
                )
                await self._carefully(screen, screen.type("" if is_refused else stroke.character))
                self._show()

    async def _press(self, event: events.Key, screen: Counter) -> None:
        await self._scans_done.wait()
        screen = self.screen if isinstance(self.screen, Counter) else screen
        screen.say("")
        screen.pressed_at_s = event.time
        if await self._carefully(screen, screen.press(event.key)) is False:
            await super().on_event(event)
        self._show()

    async def _carefully(self, screen: Counter, doing: Awaitable[Result]) -> Result | None:
        try:
            done = await doing
            await self._lock_when_sold()
            return done
        except DomainError as error:
            screen.say(str(error))
            screen.drop_card_number()
        except Exception:
            # A bug must not close the counter in front of a queue; it is logged whole.
            _log.exception("a key or scan met a bug")
            screen.say(_("That met an error of the program. All sales are safe; it is in the log."))
        return None

    async def _take_paste(self, event: events.Paste) -> None:
        await self._type(self._bursts.break_off())
        for line in event.text.splitlines():
            if line.strip():
                self._take_scan(line.strip(), "")

    def _take_scan(self, code: str, taken_back: str) -> None:
        screen = self.screen
        if not isinstance(screen, Counter):
            self.pop_screen()
            screen = self.screen
        assert isinstance(screen, Counter), "below the palette is always a screen of the counter"
        if taken_back:
            screen.take_back(taken_back)
        self._scans.append(screen.scan_of(code))
        self._scans_done.clear()
        self._scan_came.set()

    @work(name="scans")
    async def _serve_scans(self) -> None:
        while True:
            await self._scan_came.wait()
            self._scan_came.clear()
            while self._scans:
                scans = tuple(self._scans)
                self._scans.clear()
                screen = self.screen
                if isinstance(screen, Counter):
                    screen.say("")
                    rest = await self._carefully(screen, take_scans(screen, scans))
                    self._scans.extendleft(reversed(rest or ()))
                    self._show()
            self._scans_done.set()

    def scan_again(self, scans: Sequence[Scan]) -> None:
        """Act on scans that had to wait, before all that came after them."""
        if scans:
            self._scans.extendleft(reversed(scans))
            self._scans_done.clear()
            self._scan_came.set()

    async def settled(self) -> None:
        """Wait until every key and scan so far has been acted on."""
        await self._scans_done.wait()
        await self._release()
        # A key may have answered what other scans waited for.
        await self._scans_done.wait()

    # What goes on by itself

    def _show(self) -> None:
        # Painting what is covered would make Textual paint the whole terminal again.
        for screen in reversed(self.screen_stack):
            if isinstance(screen, Counter) and screen.is_attached:
                screen.show()
            if not isinstance(screen, Dialog):
                return

    async def look_around(self) -> None:
        """Look at the clock, the hub and the printer; lock the till when nobody is there."""
        from screens.following import look

        desk = self.desk
        await desk.look()
        if desk.shop is None:
            await desk.load()
        await desk.keep_priced()
        if isinstance(self.screen, Counter):
            await self._carefully(self.screen, self.screen.tick())
            await self._carefully(self.screen, look(self.screen))
        lock_s = desk.idle_lock_s
        if lock_s and self.idle_ms >= lock_s * 1000 and desk.till.staff is not None:
            await self.lock()
        self._show()
