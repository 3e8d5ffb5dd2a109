"""Baskets that follow their cashier, in the plain counter: `baskets` and `take-basket N`."""

from omnipos.domain.errors import EntryRefused
from omnipos.locale import _
from omnipos.services import following, selling
from screens.following_words import offer_words
from screens.plain_talk import Answer, Talk
from screens.plain_words import basket_words

PATIENCE_S = 10.0
LOOK_EVERY_S = 0.2


def list_baskets(talk: Talk, _rest: str) -> Answer:
    """`baskets` says what happened to baskets by itself, and which may be taken here."""
    said = list(talk.till.call(following.take_news))
    currency = talk.till.call(lambda till: till.shop()).currency
    found = talk.till.call(following.offered)
    said += [offer_words(one, currency) for one in found]
    said.append(
        _("Type take-basket and its number.") if found else _("No basket of yours is at another till.")
    )
    shown = [{"number": one.number, "till": one.from_till, "lines": one.lines} for one in found]
    return Answer(say=" ".join(said), more={"baskets": shown})


def take_basket(talk: Talk, rest: str) -> Answer:
    """`take-basket N` takes a basket of who is signed in from the till where it lies."""
    found = [one for one in talk.till.call(following.offered) if rest in ("", str(one.number))]
    if len(found) != 1:
        raise EntryRefused(_("Type take-basket and a number of the list; baskets lists them."))
    one = talk.till.call(following.ask, found[0].basket_id)
    waited = 0.0
    while waited < PATIENCE_S:
        told = talk.till.call(following.take_news)
        if told:
            return Answer(say=f"{' '.join(told)} {basket_words(talk.till.call(selling.current))}")
        talk.pause(LOOK_EVERY_S)
        waited += LOOK_EVERY_S
    text = _("Till {number} is asked for it. It comes by itself.").format(number=one.from_till)
    return Answer(say=text)
