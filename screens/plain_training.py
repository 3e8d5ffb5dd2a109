"""Training in the plain counter: `training` begins it, `training off` ends it."""

from functools import partial

from omnipos.domain.errors import EntryRefused
from omnipos.locale import _
from omnipos.services.approving import Word
from omnipos.services.training import check_may_change
from screens.plain_talk import Answer, Talk


def training(talk: Talk, rest: str) -> Answer:
    """Leave this till for the one of training, or that one for the real one."""
    if rest.casefold() not in ("", "off"):
        raise EntryRefused(_("Type training to begin to practise, and training off to end it."))
    if talk.till.is_training is (rest == ""):
        said = (
            _("This is training already.") if talk.till.is_training else _("This is the real till already.")
        )
        raise EntryRefused(said)
    return talk.allowing(partial(_change, talk))


def _change(talk: Talk, word: Word) -> Answer:
    talk.till.call(check_may_change, word)
    talk.changes_training = True
    if talk.till.is_training:
        return Answer(
            say=_("Training is over. What was practised is gone; this is the real till."), over=True
        )
    return Answer(say=_("Training begins: nothing is sold, kept or sent. training off ends it."), over=True)
