"""E-receipts in the plain counter: saved as files, or sent by the hub."""

from omnipos.locale import _
from omnipos.services import ereceipts
from screens.plain_talk import Answer, Talk
from screens.plain_words import saved_words


def e_receipt(talk: Talk, rest: str) -> Answer:
    """`e-receipt` saves the last receipt as files, `e-receipt to ani@mail.example` has it sent.

    `e-receipt S1-1-000017` and `e-receipt S1-1-000017 to 0812…` do so with that one.
    """
    words = rest.split()
    where = words.index("to") if "to" in words[:2] else len(words)
    number, address = " ".join(words[:where]), " ".join(words[where + 1 :])
    if address:
        kept = talk.till.call(ereceipts.send, number, address)
        return Answer(say=_("The hub sends it to {address}.").format(address=kept))
    files = ereceipts.save_now(talk.till, number)
    return Answer(say=saved_words(files), more={"files": [str(one) for one in files]})
