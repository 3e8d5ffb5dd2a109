"""The manager's menu: approvals asked for and given, who works here, and asking managers elsewhere."""

import asyncio

import pytest

from omnipos.domain.approval import ApprovalAsked, ApprovalState
from omnipos.domain.staff import Right
from omnipos.events import decode_fact
from omnipos.ports import LinkReport, LinkState
from omnipos.services import selling
from omnipos.services.till import Till
from omnipos.store import journal
from tests.rigs import NOON_MS, QuietLine, staff_members
from tests.services.test_queueing import answer, put
from tests.ui.driving import LARGE, SMALL, Hands, counter
from tests.ui.plain_rig import INDOMIE, TEH, say, tell
from tests.ui.plain_rig import counter as plain


async def look(hands: Hands) -> None:
    await hands.app.look_around()
    await hands.settle()


async def ask_for_exemption(hands: Hands) -> None:
    await hands.scan(INDOMIE, TEH)
    await hands.press("ctrl+t")
    await hands.type("Diplomat")
    await hands.press("enter", "enter", "f2")


def asked_id(till: Till) -> str:
    event = till.store.call(lambda: list(journal.read_events(till.store.books)))[-1]
    fact = decode_fact(event.body)
    assert isinstance(fact, ApprovalAsked)
    return fact.approval_id


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_what_a_manager_elsewhere_allows_is_done_here_once(till: Till, size: tuple[int, int]) -> None:
    async with counter(till, size) as hands:
        await ask_for_exemption(hands)
        assert hands.up == "AskedScreen"
        assert "The managers of the store are asked." in hands.text
        answer(till, asked_id(till), ApprovalState.GRANTED, right=Right.OVERRIDE)
        await look(hands)
        assert hands.up == "SellScreen"
        assert "No tax: Diplomat" in hands.text


async def test_what_a_manager_refuses_is_said_and_a_pin_here_still_helps(till: Till) -> None:
    async with counter(till) as hands:
        await ask_for_exemption(hands)
        answer(till, asked_id(till), ApprovalState.REFUSED)
        # Its own clock may look at the same moment: who comes second finds it heard.
        await asyncio.gather(hands.app.look_around(), hands.app.look_around())
        await hands.settle()
        assert hands.up == "WordScreen"
        assert "Budi refused it. Nothing was changed." in hands.text
        await hands.type("budi")
        await hands.press("enter")
        await hands.type("9999")
        await hands.press("enter")
        assert hands.up == "SellScreen"
    assert till.call(selling.current).basket.exemption is not None


async def test_offline_it_says_so_at_once(till: Till, line: QuietLine) -> None:
    line.link = LinkReport(state=LinkState.AWAY, since_ms=NOON_MS)
    async with counter(till) as hands:
        await ask_for_exemption(hands)
        assert hands.up == "WordScreen"
        assert "no manager elsewhere can be asked" in " ".join(hands.text.replace("│", " ").split())


async def test_escape_asks_no_longer(till: Till) -> None:
    async with counter(till) as hands:
        await ask_for_exemption(hands)
        approval_id = asked_id(till)
        await hands.press("escape")
        assert hands.up == "WordScreen"
        answer(till, approval_id, ApprovalState.GRANTED, right=Right.OVERRIDE)
        await look(hands)
        assert hands.up == "WordScreen"
    assert till.call(selling.current).basket.exemption is None


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_manager_sees_what_waits_and_answers_by_a_number(till: Till, size: tuple[int, int]) -> None:
    put(till)
    till.staff = staff_members()[1]
    async with counter(till, size) as hands:
        assert "1 approval ^G" in hands.text
        await hands.press("ctrl+g", "1")
        assert "Till 2  Sari: discount, Damaged" in hands.text
        await hands.press("enter")
        assert hands.up == "ChoiceScreen"
        await hands.press("enter")
        assert hands.up == "ChoiceScreen"
        await hands.type("1")
        assert "Allowed once. Till 2 does it now." in hands.text
        assert "Nobody waits for an approval." in hands.text
        await hands.press("escape", "2")
        assert "No approval was given yet." in hands.text


async def test_a_cashier_is_asked_for_a_managers_word_for_each_list(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("ctrl+g", "2")
        assert "Approvals given: Sari may not do this." in hands.text
        await hands.press("escape", "3")
        assert "Staff: Sari may not do this." in hands.text
        await hands.press("escape")
        assert hands.up == "ManagerScreen"


async def test_staff_says_who_works_here_and_where_it_is_changed(till: Till) -> None:
    till.staff = staff_members()[1]
    async with counter(till) as hands:
        await hands.press("ctrl+g", "3")
        assert "Budi" in hands.text
        assert "cashier" in hands.text
        assert "omnipos hub add-staff" in " ".join(hands.text.replace("│", " ").split())


def test_plain_words_list_and_answer(till: Till) -> None:
    put(till)
    till.staff = staff_members()[1]
    assert say(till, "approvals") == (
        "1 approval waits. 1: Till 2, Sari: discount. Damaged. Total Rp 9.500. Type grant or refuse and the"
        " number."
    )
    assert tell(till, "approvals")["waiting"][0]["asked_by_name"] == "Sari"
    assert say(till, "grant 2") == "Type grant or refuse and a number of the list; approvals lists them."
    assert say(till, "refuse 1") == "Refused. Till 2 is told."
    assert say(till, "staff").startswith("2 people work here. Budi, manager.")


def test_plain_words_ask_a_manager_elsewhere(till: Till) -> None:
    def pause(_seconds: float) -> None:
        answer(till, asked_id(till), ApprovalState.GRANTED)

    talk = plain(till, pause=pause)
    talk.answer(INDOMIE)
    talk.answer("discount 1 10% Damaged")
    assert str(talk.answer("ask-manager")).startswith("Rp 350 off Indomie Goreng 85 g.")
    assert str(talk.answer("ask-manager")).startswith("Nothing waits for a manager's word.")


def test_a_word_from_elsewhere_whose_action_is_refused_in_the_end_is_kept_for_no_other(till: Till) -> None:
    def pause(_seconds: float) -> None:
        answer(till, asked_id(till), ApprovalState.GRANTED)
        till.call(selling.void_basket)  # the line that the discount was for is gone meanwhile

    talk = plain(till, pause=pause)
    talk.answer(INDOMIE)
    talk.answer("discount 1 10% Damaged")
    assert str(talk.answer("ask-manager")) == "That line is no longer in the basket."
    assert till.tickets == {}
