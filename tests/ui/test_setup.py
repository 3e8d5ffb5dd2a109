"""The first start: it asks, refuses what cannot be, and returns the answers."""

from textual.pilot import Pilot

from screens.setup import SetupAnswers, SetupApp, SetupKind


async def fill_in(pilot: Pilot[SetupAnswers | None], *texts: str) -> None:
    """Type texts, each ended by Enter."""
    for text in texts:
        await pilot.press(*text, "enter")


async def test_shop_alone() -> None:
    app = SetupApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1", "1", "1")
        await fill_in(pilot, "Toko", "Rina", "1234", "1234")
    assert app.return_value == SetupAnswers(
        kind=SetupKind.ALONE, country="ID", language="en", shop_name="Toko", staff_name="Rina", pin="1234"
    )


async def test_pins_that_differ_and_short_ones_are_refused() -> None:
    app = SetupApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1", "2", "1")
        await fill_in(pilot, "Kedai", "Aina", "123", "123")
        assert app.return_value is None
        await fill_in(pilot, "4", "5")
        assert app.return_value is None
        await fill_in(pilot, "1234")
    answers = app.return_value
    assert answers is not None
    assert (answers.country, answers.pin) == ("MY", "1234")


async def test_joining_a_hub() -> None:
    app = SetupApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "1", "2")
        await fill_in(pilot, "http://hub", "ABCD")
    assert app.return_value == SetupAnswers(
        kind=SetupKind.JOIN, country="ID", language="id", hub_address="http://hub", code="ABCD"
    )


async def test_demo_shop_asks_no_more_and_escape_leaves() -> None:
    demo, left = SetupApp(), SetupApp()
    async with demo.run_test(size=(80, 24)) as pilot:
        await pilot.press("1", "3", "3")
    async with left.run_test(size=(80, 24)) as pilot:
        await pilot.press("1", "escape", "escape")
    assert demo.return_value == SetupAnswers(kind=SetupKind.DEMO, country="US", language="en")
    assert left.return_value is None


async def test_a_country_that_wants_a_certified_till_is_warned_of_again() -> None:
    for key, warned in (("5", True), ("4", False)):
        app = SetupApp()
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("1", key)
            await pilot.pause()
            shown = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "How will it work?" in shown
        assert ("must not be used" in shown) is warned
