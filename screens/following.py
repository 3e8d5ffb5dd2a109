"""A basket that follows its cashier: offered after signing in, and what happened by itself is said."""

from omnipos.locale import _
from omnipos.services import following
from screens.choice import ChoiceScreen
from screens.counter import Counter
from screens.following_words import offer_words


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
