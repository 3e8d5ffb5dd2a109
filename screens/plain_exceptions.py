"""Exceptions in the plain counter: listed, read out with their answers, and settled by a number."""

from omnipos.domain.errors import EntryRefused
from omnipos.domain.exceptions import SAFE, UNSAFE, answer_text, kind_of
from omnipos.domain.shop import Shop
from omnipos.locale import _, ngettext
from omnipos.services import settling
from omnipos.services.approving import Word
from omnipos.services.settling import Listed
from screens.plain_json import exception_shape
from screens.plain_talk import Answer, Talk
from screens.plain_words import time_words


def list_exceptions(talk: Talk, _rest: str) -> Answer:
    """`exceptions` lists what a person must settle."""
    found = [one for one in talk.till.call(settling.listed) if one.case.is_open]
    if not found:
        return Answer(say=_("Nothing needs a person here."), more={"exceptions": []})
    shop, now_ms = talk.till.call(lambda till: till.shop()), talk.till.clock.now_ms()
    said = [ngettext("{count} exception.", "{count} exceptions.", len(found)).format(count=len(found))]
    said += [_head_words(one, shop, now_ms) for one in found]
    said.append(_("Type exception and its number to hear the answers."))
    return Answer(say=" ".join(said), more={"exceptions": [exception_shape(one) for one in found]})


def say_exception(talk: Talk, rest: str) -> Answer:
    """`exception N` reads a case out with its answers."""
    if not rest:
        raise EntryRefused(_("Type exception and its number. Type exceptions for all of them."))
    found = talk.till.call(settling.find, rest)
    return Answer(say=_case_words(talk, found), more={"exception": exception_shape(found)})


def settle(talk: Talk, rest: str) -> Answer:
    """`settle N ANSWER NOTE` answers a case by the number of the answer, with a few words if wanted."""
    ref, _space, behind = rest.partition(" ")
    chosen, _space, note = behind.strip().partition(" ")
    if not chosen:
        raise EntryRefused(
            _("Type settle, the exception's number, and the number of the answer: settle 7 1.")
        )
    found = talk.till.call(settling.find, ref)
    codes = [one.code for one in found.answers]
    is_number = chosen.isascii() and chosen.isdigit() and 1 <= int(chosen) <= len(codes)
    answer = codes[int(chosen) - 1] if is_number else chosen.casefold()

    def do(word: Word) -> Answer:
        done = talk.till.call(settling.settle, ref, answer, note, word)
        said = _("Exception {ref} is settled: {answer}").format(
            ref=done.ref, answer=_(answer_text(done.case.kind, answer))
        )
        return Answer(say=said, more={"exception": exception_shape(done)})

    return talk.allowing(do)


def _head_words(listed: Listed, shop: Shop, now_ms: int) -> str:
    case = listed.case
    words = [listed.ref, time_words(case.at_ms, shop, now_ms)]
    if case.till_number:
        words.append(_("Till {number}").format(number=case.till_number))
    return f"{', '.join(words)}: {_(kind_of(case.kind).sentence)}"


def _case_words(talk: Talk, listed: Listed) -> str:
    shop, now_ms = talk.till.call(lambda till: till.shop()), talk.till.clock.now_ms()
    case, kind = listed.case, kind_of(listed.case.kind)
    said = [_head_words(listed, shop, now_ms), case.detail, _(SAFE if kind.is_safe else UNSAFE)]
    if case.receipt_number:
        said.append(_("Receipt {number}.").format(number=case.receipt_number))
    if case.order_number:
        said.append(_("Order {number}.").format(number=case.order_number))
    if not case.is_open:
        first = case.answers[0]
        text = _("Settled by {name}, {time}: {answer}").format(
            name=listed.settled_by,
            time=time_words(first.at_ms, shop, now_ms),
            answer=_(answer_text(case.kind, first.answer)),
        )
        return " ".join((*said, text, first.note)).strip()
    said += [f"{number}: {_(one.text)}" for number, one in enumerate(kind.answers, start=1)]
    if kind.answers:
        said.append(_("Type settle {ref} and the number of the answer.").format(ref=listed.ref))
    else:
        said.append(_(kind.advice))
    return " ".join(said)
