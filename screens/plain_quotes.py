"""Customers' quotes in the plain counter: kept, listed, taken up, paid on and cancelled."""

from omnipos.domain.errors import EntryRefused
from omnipos.domain.money import format_money, parse_money
from omnipos.locale import _
from omnipos.services import quotations, selling
from omnipos.services.approving import Word
from omnipos.services.quotations import QuoteShown
from screens.plain_talk import Answer, Talk
from screens.plain_words import basket_words, time_words, total_words


def keep(talk: Talk, rest: str) -> Answer:
    """`quote` keeps the basket as a quote and prints it, `quote for the wedding` with a note."""
    shown = talk.till.call(quotations.keep, rest)
    said = _("It is printed; scan it to take it up, at any till of the shop.")
    return Answer(say=f"{quote_words(talk, shown)} {said}", more=_more(shown))


def list_quotes(talk: Talk, _rest: str) -> Answer:
    """`quote-list` says the open quotes, the newest first."""
    found = talk.till.call(quotations.listed)
    said = [quote_words(talk, one) for one in found] or [_("No quote is open.")]
    return Answer(say=" ".join(said), more={"quotes": [_more(one)["quote"] for one in found]})


def say_quote(talk: Talk, number: str) -> Answer:
    """Say a quote that was scanned or typed alone."""
    shown = talk.till.call(quotations.find, number)
    then = _("Type quote-recall and its number to take it up, deposit and its number to pay on it.")
    return Answer(say=f"{quote_words(talk, shown)} {then}", more=_more(shown))


def recall(talk: Talk, rest: str) -> Answer:
    """`quote-recall N` takes a quote up at its prices, `quote-recall N today` at those of today."""
    number, _space, prices = rest.partition(" ")
    if not number or prices.strip().casefold() not in ("", "today"):
        raise EntryRefused(_("Type quote-recall and a number; and today for the prices of today."))

    def take_up(word: Word) -> Answer:
        talk.till.call(lambda till: quotations.recall(till, number, today=bool(prices.strip()), word=word))
        return Answer(say=basket_words(talk.till.call(selling.current)))

    return talk.allowing(take_up)


def print_again(talk: Talk, rest: str) -> Answer:
    """`quote-print N` prints a quote as it stands now."""
    return Answer(say=quote_words(talk, talk.till.call(quotations.print_again, rest)))


def deposit(talk: Talk, rest: str) -> Answer:
    """`deposit N 50000` puts a deposit on a quote into the basket."""
    number, _space, amount = rest.partition(" ")
    if not number or not amount.strip():
        raise EntryRefused(_("Type deposit, the number of the quote and the sum: deposit 17 50000."))
    amount_minor = parse_money(amount.strip(), talk.till.call(lambda till: till.shop()).currency)
    view = talk.till.call(quotations.pay_ahead, number, amount_minor)
    talk.touched = view.touched
    return Answer(say=f"{view.basket.lines[-1].name}. {total_words(view)}")


def cancel(talk: Talk, rest: str) -> Answer:
    """`quote-cancel N` ends a quote; its deposit is then given back by `refund`."""
    view = talk.till.call(quotations.cancel, rest)
    if view is None:
        return Answer(say=_("The quote is cancelled."))
    said = _("The quote is cancelled once its deposit is given back; refund says how that may go.")
    return Answer(say=f"{said} {total_words(view)}")


def quote_words(talk: Talk, shown: QuoteShown) -> str:
    """Say a quote: number, whose, its total, what is paid and until when its prices hold."""
    quotation = shown.quotation
    shop, now_ms = talk.till.call(lambda till: till.shop()), talk.till.clock.now_ms()
    parts = [
        _("Quote {number}").format(number=quotation.number),
        shown.customer_name,
        quotation.note,
        format_money(quotation.total_minor, shop.currency),
    ]
    if shown.deposit_minor:
        paid, left = (format_money(one, shop.currency) for one in (shown.deposit_minor, shown.rest_minor))
        parts.append(_("{paid} paid, {rest} to pay").format(paid=paid, rest=left))
    until = time_words(quotation.valid_until_ms, shop, now_ms)
    parts.append((_("ran out {time}") if shown.has_run_out else _("holds until {time}")).format(time=until))
    return ", ".join(filter(None, parts)) + "."


def _more(shown: QuoteShown) -> dict[str, object]:
    return {
        "quote": {
            "number": shown.quotation.number,
            "total_minor": shown.quotation.total_minor,
            "deposit_minor": shown.deposit_minor,
            "valid_until_ms": shown.quotation.valid_until_ms,
        }
    }
