"""E-receipts in the plain counter: `e-receipt` saves the last receipt as files."""

from omnipos.locale import _
from omnipos.services import ereceipts
from screens.plain_talk import Answer, Talk


def e_receipt(talk: Talk, rest: str) -> Answer:
    """`e-receipt` saves the last receipt as a web page and a PDF file, `e-receipt S1-1-000017` that one."""
    files = ereceipts.save_now(talk.till, rest)
    names = ", ".join(one.name for one in files)
    said = _("Saved in {folder}: {names}").format(folder=files[0].parent, names=names)
    return Answer(say=said, more={"files": [str(one) for one in files]})
