"""The buyer's tax data in the plain counter: `buyer NUMBER, NAME, ADDRESS, E-MAIL`."""

from omnipos.domain.buyer import KIND_WORDS, TaxIdKind
from omnipos.domain.errors import EntryRefused
from omnipos.locale import _
from omnipos.services import buying, selling
from screens.plain_talk import Answer, Talk


def buyer(talk: Talk, rest: str) -> Answer:
    """`buyer nik 3171…, Ani, Jl. Melati 5` puts the buyer on the basket; `buyer off` takes them off."""
    if rest.casefold() == "off":
        talk.till.call(buying.take_off)
        return Answer(say=_("The sale has no buyer now."))
    number, *others = (part.strip() for part in rest.split(","))
    if not others:
        raise EntryRefused(
            _("Type buyer, the tax number, the name and the address, with commas between them.")
        )
    kind, _space, digits = number.partition(" ")
    if kind.casefold() not in set(TaxIdKind):
        kind, digits = "", number
    email = others.pop() if "@" in others[-1] and len(others) > 1 else ""
    talk.till.call(buying.give, kind, digits, others[0], ", ".join(others[1:]), email)
    given = talk.till.call(selling.current).basket.buyer
    assert given is not None, "it was just given"
    return Answer(
        say=_("Buyer {name}, {kind} {number}. The receipt is no tax invoice until it is validated.").format(
            name=given.name, kind=KIND_WORDS[given.kind], number=given.number
        )
    )
