"""What goods ask in the plain counter: answered by `answer …`, or in the same line by `weight=0,482`."""

import msgspec

from omnipos.domain.asking import Question, WhichVariant, question_words, variant_words
from omnipos.domain.errors import BasketRefused, EntryRefused
from omnipos.domain.money import format_money
from omnipos.locale import _, ngettext
from omnipos.services import asking
from omnipos.services.asking import Step
from omnipos.services.finding import ItemOffer
from omnipos.services.selling import BasketView
from screens.plain_json import Shape
from screens.plain_talk import Answer, Talk
from screens.plain_words import line_words, total_words

KINDS = ("variant", "weight", "price", "serial", "age")
"""The words before a `=`, which are the questions' own names."""

Given = list[tuple[str, str]]


def split_answers(text: str) -> tuple[str, Given]:
    """Return a line without the answers at its end: `4131 weight=0,482` is `4131` and its weight."""
    words = text.split()
    given: Given = []
    while len(words) > 1:
        kind, equals, value = words[-1].partition("=")
        if not equals or not value or kind.casefold() not in KINDS:
            break
        given.insert(0, (kind.casefold(), value))
        words.pop()
    return (" ".join(words), given) if given else (text, [])


def ring(talk: Talk, offer: ItemOffer, given: Given) -> Answer:
    """Ring an item up, or ask what it asks first; the question stays open whatever is typed meanwhile."""
    step = talk.till.call(asking.begin, offer.item, offer.quantity_milli)
    left = list(given)
    while step.question is not None:
        kind = kind_of(step.question)
        found = next((one for one in left if one[0] == kind), None)
        if found is None:
            break
        left.remove(found)
        step = talk.till.call(asking.answer, step, found[1])
    answer = _told(talk, step)
    if left and step.question is None:
        unasked = ", ".join(f"{kind}={value}" for kind, value in left)
        note = _("{answers} was not asked for.").format(answers=unasked)
        answer = msgspec.structs.replace(answer, say=f"{answer.say} {note}")
    return answer


def answer(talk: Talk, rest: str) -> Answer:
    """`answer 12.500` answers the question that is open; `answer none` lets its item go."""
    if not talk.questions:
        raise EntryRefused(_("Nothing is asked at the moment."))
    step = talk.questions[0]
    if rest.casefold() == "none":
        talk.questions.popleft()
        name = step.wanted.item.product.name
        said = _("{name} is not in the basket.").format(name=name)
        return Answer(say=_with_next(talk, said))
    answered = talk.till.call(asking.answer, step, rest)
    talk.questions.popleft()
    return _told(talk, answered, first=True)


def _told(talk: Talk, step: Step, *, first: bool = False) -> Answer:
    if step.view is not None:
        return Answer(say=_with_next(talk, line_and_total(talk, step.view)))
    if step.refusal:
        return Answer(ok=False, say=_with_next(talk, step.refusal))
    if first:
        talk.questions.appendleft(step)
    else:
        talk.questions.append(step)
    return Answer(ok=False, say=open_words(talk))


def _with_next(talk: Talk, said: str) -> str:
    return f"{said} {open_words(talk)}" if talk.questions else said


def line_and_total(talk: Talk, view: BasketView) -> str:
    """Say the line that changed last, and what the basket comes to."""
    talk.touched = view.touched
    lines = zip(view.basket.lines, view.totals.line_savings, strict=True)
    line, savings = next(one for one in lines if one[0].line_id == view.touched)
    return f"{line_words(line, view.basket.currency, savings)}. {total_words(view)}"


def open_words(talk: Talk) -> str:
    """Say the question that is open, and how it is answered."""
    question = talk.questions[0].question
    assert question is not None, "only steps with a question wait"
    said = question_words(question)
    if isinstance(question, WhichVariant):
        money = talk.till.call(lambda till: till.shop()).currency
        said += " " + " ".join(
            f"{number} {variant_words(one)}, {format_money(one.price_minor, money)};"
            for number, one in enumerate(question.variants, start=1)
        )
    how = {
        "variant": _("Type answer and its number."),
        "weight": _("Type answer and the weight, such as answer 0.482."),
        "price": _("Type answer and the price."),
        "serial": _("Type answer and the number."),
        "age": _("Type answer yes or answer no."),
    }[kind_of(question)]
    waiting = len(talk.questions) - 1
    behind = ngettext("{count} more waits behind it.", "{count} more wait behind it.", waiting)
    more = " " + behind.format(count=waiting) if waiting else ""
    return f"{said} {how}{more}"


def check_nothing_asked(talk: Talk) -> None:
    """Raise BasketRefused while a question is open: its goods would be left behind."""
    if talk.questions:
        raise BasketRefused(
            _("A question is open. {question} Type answer none to leave its goods out.").format(
                question=open_words(talk)
            )
        )


def kind_of(question: Question) -> str:
    """Return a question's name, as scripts know it."""
    tag = type(question).__struct_config__.tag
    assert isinstance(tag, str), "every question is tagged with its name"
    return tag


def question_shape(talk: Talk) -> Shape | None:
    """Return the question that is open, with what there is to choose from."""
    if not talk.questions:
        return None
    question = talk.questions[0].question
    assert question is not None, "only steps with a question wait"
    shape: Shape = msgspec.to_builtins(question)
    if isinstance(question, WhichVariant):
        shape["variants"] = [
            {
                "number": number,
                "sku": one.sku,
                "name": one.name,
                "options": list(one.options),
                "price_minor": one.price_minor,
            }
            for number, one in enumerate(question.variants, start=1)
        ]
    kind = shape.pop("type")
    return {"kind": kind, "say": question_words(question), "waiting": len(talk.questions) - 1} | shape
