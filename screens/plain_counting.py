"""Counting stock in the plain counter: one line a product, `count finish` makes it the stock."""

from functools import partial

import msgspec

from omnipos.domain.quantity import format_quantity, parse_quantity
from omnipos.locale import _, ngettext
from omnipos.services import stocktaking
from omnipos.services.approving import Word
from omnipos.services.stocktaking import CountRow, CountView
from screens.plain_talk import Answer, Talk


def count(talk: Talk, rest: str) -> Answer:
    """`count CODE` or `count 12*CODE`, `count set 12` for the last one, `count finish`, `count give-up`."""
    return talk.allowing(partial(_count, talk, rest))


def _count(talk: Talk, rest: str, word: Word) -> Answer:
    verb, _space, behind = rest.partition(" ")
    match verb.casefold():
        case "":
            return _said(talk, talk.till.call(stocktaking.current, word))
        case "finish":
            return _ask_to_finish(talk, word)
        case "give-up":
            talk.till.call(stocktaking.give_up, word)
            return Answer(say=_("The count is given up. No stock changed."))
        case "set" if behind:
            rows = talk.till.call(stocktaking.current, word).rows
            if rows:
                counted = 0 if behind.strip() == "0" else parse_quantity(behind)
                return _said(talk, talk.till.call(stocktaking.put, rows[0].product_id, counted))
            return _said(talk, talk.till.call(stocktaking.count_entry, rest))
        case _:
            return _said(talk, talk.till.call(stocktaking.count_entry, rest, word))


def _said(talk: Talk, view: CountView) -> Answer:
    return Answer(say=_words(talk, view), more={"count": msgspec.to_builtins(view)})


def _words(talk: Talk, view: CountView) -> str:
    if not view.rows:
        return _("Nothing is counted. Type count and a code, or count 12*code.")
    said = ngettext("{count} product is counted.", "{count} products are counted.", len(view.rows))
    return " ".join((_row_words(talk, view.rows[0]), said.format(count=len(view.rows))))


def _row_words(talk: Talk, row: CountRow) -> str:
    money = talk.till.call(lambda till: till.shop()).currency
    return _("{name}: {counted} counted, {expected} expected.").format(
        name=row.name,
        counted=format_quantity(row.counted_milli, row.unit, money),
        expected=format_quantity(row.expected_milli, row.unit, money),
    )


def _ask_to_finish(talk: Talk, word: Word) -> Answer:
    view = talk.till.call(stocktaking.current, word)
    if not view.rows:
        return _said(talk, view)
    differing = [_row_words(talk, row) for row in view.rows if row.difference_milli]
    talk.ask(
        " ".join((*differing, _("Make this count the stock?"))),
        [(_("finish the count"), partial(talk.allowing, partial(_finish, talk)))],
    )


def _finish(talk: Talk, word: Word) -> Answer:
    view = talk.till.call(stocktaking.finish, word)
    said = ngettext("{count} product is counted.", "{count} products are counted.", len(view.rows))
    return Answer(say=said.format(count=len(view.rows)), more={"count": msgspec.to_builtins(view)})
