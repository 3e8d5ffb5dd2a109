"""Notes in the plain counter: `note TEXT` on the receipt, `line-note 2 TEXT` on a line."""

from omnipos.domain.errors import EntryRefused
from omnipos.locale import _
from omnipos.services import noting, selling
from screens.plain_selling import line_id_of
from screens.plain_talk import Answer, Talk


def receipt_note(talk: Talk, rest: str) -> Answer:
    """`note TEXT` writes on the receipt, `note off` takes the note off."""
    if not rest:
        raise EntryRefused(_("Type note and the text for the receipt: note Deliver on Friday."))
    note = _text_of(rest)
    talk.till.call(noting.write, note)
    return Answer(say=_("The note stands on the receipt.") if note else _("The receipt has no note now."))


def line_note(talk: Talk, rest: str) -> Answer:
    """`line-note 2 TEXT` writes on line 2, `line-note 2 off` takes the note off."""
    number, _space, text = rest.partition(" ")
    if not text.strip():
        raise EntryRefused(_("Type line-note, the number of a line and the text: line-note 2 no ice."))
    line_id, note = line_id_of(talk.till.call(selling.current), number), _text_of(text.strip())
    talk.till.call(noting.write, None, line_id, note)
    talk.touched = line_id
    said = _("The note stands on line {number}.") if note else _("Line {number} has no note now.")
    return Answer(say=said.format(number=number))


def _text_of(text: str) -> str:
    return "" if text.casefold() == "off" else text
