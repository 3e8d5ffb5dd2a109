"""Training: a till that looks like the real one, with books of its own and no line to the hub."""

from omnipos.domain.staff import Right
from omnipos.locale import _
from omnipos.ports import LinkReport, LinkState
from omnipos.services import approving
from omnipos.services.approving import NOBODY, Word
from omnipos.services.till import Till


def check_may_change(till: Till, word: Word = NOBODY) -> None:
    """Raise WordNeeded when who is signed in may neither begin nor end training."""
    what = _("Ending training") if till.is_training else _("Beginning training")
    approving.allowed(till, (Right.TRAIN,), what, word)


class NoLine:
    """The line to the hub of a till in training: there is none, whatever is nudged."""

    def __init__(self, since_ms: int) -> None:
        """Begin without a line; there never will be one."""
        self._since_ms = since_ms

    def report(self) -> LinkReport:
        """Say that nothing is sent."""
        reason = _("This is training: nothing is kept or sent.")
        return LinkReport(state=LinkState.AWAY, since_ms=self._since_ms, reason=reason)

    def nudge(self) -> None:
        """Do nothing."""

    def try_now(self) -> None:
        """Do nothing."""
