"""A basket that follows its cashier: offered after signing in, and what happened by itself is said."""

from omnipos.domain.following import AwayBasket
from omnipos.domain.money import format_money
from omnipos.locale import _, ngettext
from omnipos.services import following
from screens.choice import ChoiceScreen
from screens.counter import Counter


def offer_words(one: AwayBasket, currency: str) -> str:
    """Say which basket lies where: `Your basket 17 with 3 lines, Rp 41.190, is at till 1.`"""
    return ngettext(
        "Your basket {number} with {count} line, {total}, is at till {till}.",
        "Your basket {number} with {count} lines, {total}, is at till {till}.",
        one.lines,
    ).format(
        number=one.number, count=one.lines, total=format_money(one.total_minor, currency), till=one.from_till
    )


async def look(screen: Counter) -> None:
    """Say what happened to baskets by itself, and offer once what may be taken here."""
    desk = screen.desk
    told = await desk.till.run(following.take_news)
    if told:
        if desk.till.staff is not None:
            await desk.open_basket()
        screen.say(" ".join(told), "warn")
    found = await desk.till.run(following.offered)
    fresh = [one for one in found if (one.basket_id, one.hop) not in desk.baskets_offered]
    if not fresh or not screen.is_for_selling:
        return
    one = fresh[0]
    desk.baskets_offered.add((one.basket_id, one.hop))

    async def take() -> None:
        await desk.till.run(following.ask, one.basket_id)
        screen.say(
            _("Till {number} is asked for it. It comes by itself.").format(number=one.from_till), "good"
        )

    question = offer_words(one, desk.currency)
    await screen.go(ChoiceScreen(desk, question, ((_("Take it here"), take),)))
