"""What a plain conversation remembers from line to line, and what it answers to each."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import NoReturn

import msgspec

from omnipos.config import Settings
from omnipos.domain.errors import DomainError, NotAllowed, SignInRefused, WordNeeded
from omnipos.domain.returning import Found
from omnipos.domain.sale import Sale
from omnipos.domain.staff import Approval
from omnipos.locale import _
from omnipos.services.approving import Word
from omnipos.services.asking import Step
from omnipos.services.paying import Heard
from omnipos.services.till import Till

NOBODY = Word()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one line led to. `more` holds further keys for programs, such as the list asked for."""

    say: str
    ok: bool = True
    sale: Sale | None = None
    more: dict[str, object] = {}
    over: bool = False
    """Set by `quit`: nothing more is read."""


class Asked(DomainError):
    """A question that the next line answers by a number; nothing was changed by asking it."""


Choice = tuple[str, Callable[[], Answer]]


class Talk:
    """One conversation: the till it works on, the line and order spoken of last, and an open question."""

    def __init__(self, till: Till, settings: Settings, pause: Callable[[float], None]) -> None:
        """Begin with nothing spoken of; `pause` waits some seconds for another till or the hub."""
        self.till = till
        self.settings = settings
        self.pause = pause
        self.touched = 0
        self.changes_training = False
        """Set when this conversation goes on at the till for training, or back at the real one."""
        self.order_id = ""
        self.found: Found | None = None
        """The sale whose goods may come back."""
        self.override: tuple[str, str, Approval] | None = None
        """The order whose next hand-over a manager allowed, to whom, though another till holds it."""
        self.unlocked = False
        """Set by a sign-in over a basket: its first tender asks once more, as after a recall."""
        self.questions: deque[Step] = deque()
        """Goods that ask something before they are rung up, the first one is answered first."""
        self._choices: dict[str, Callable[[], Answer]] = {}
        self.heard: dict[str, Heard] = {}
        """What became of payments asked for outside, until it is said; they end whenever they like."""
        till.on_payment = self._hear
        self.refused: Callable[[Word], Answer] | None = None
        """What this line was refused for want of a manager's word."""
        self.refused_before: Callable[[Word], Answer] | None = None
        """The same of the line before: the word may come now, and in no later line."""
        self.needed: WordNeeded | None = None
        """Which right was missing then, and why the action was wanted."""

    @property
    def idle_lock_s(self) -> int:
        """After how many silent seconds the till locks itself: as the store says, else as set here."""
        try:
            wanted = self.till.call(Till.shop).staff.idle_lock_s
        except DomainError:
            wanted = None
        return self.settings.idle_lock_s if wanted is None else wanted

    def _hear(self, known: Heard) -> None:
        self.heard[known.payment.payment_id] = known

    def news(self) -> list[Heard]:
        """Return what became of payments that no line waited for, once."""
        return [self.heard.pop(payment_id) for payment_id in tuple(self.heard)]

    def allowing(self, act: Callable[[Word], Answer], word: Word = NOBODY) -> Answer:
        """Do what may need a manager's word; without it, or with a wrong PIN, the next line may give it."""
        try:
            return act(word)
        except WordNeeded as needed:
            self.refused, self.needed = act, needed
            hint = _("Type allow, a manager's name and their PIN: allow Budi 9999.")
            raise WordNeeded(f"{needed} {hint}", needed.right, needed.reason) from None
        except (SignInRefused, NotAllowed):
            self.refused = act
            raise

    def ask(self, question: str, choices: Sequence[Choice]) -> NoReturn:
        """Ask by numbers; the next line may be one of them, and any other line drops the question."""
        self._choices = {str(number): act for number, (_label, act) in enumerate(choices, start=1)}
        offered = "; ".join(
            _("{number} to {act}").format(number=number, act=label)
            for number, (label, _act) in enumerate(choices, start=1)
        )
        raise Asked(" ".join((question, _("Type {choices}.").format(choices=offered))))

    def chosen(self, line: str) -> Callable[[], Answer] | None:
        """Return what a line chooses of the question before it; what the line before left is forgotten."""
        choices, self._choices = self._choices, {}
        self.refused_before, self.refused = self.refused, None
        return choices.get(line)
