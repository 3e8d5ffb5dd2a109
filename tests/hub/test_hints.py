"""Hints on the hub: who hears of what, and that a poll is held until there is news."""

import asyncio
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import msgspec

from hub.hints import MOST_LINES, Heads, Listener, Noticeboard, heads_of
from omnipos.protocol import Hint, HintPage
from tests.hub.journals import batch_of
from tests.hub.rig import A, HubRig


async def nothing(_streams: Collection[str]) -> Heads:
    return {}


def poll(rig: HubRig, mark: int, wait: int = 0) -> HintPage:
    page = rig.ask("GET", f"/v1/hints/poll?mark={mark}&wait={wait}", key=rig.till.token)
    return msgspec.convert(page, HintPage)


async def test_a_listener_hears_the_newest_head_of_its_own_streams_once() -> None:
    board = Noticeboard(nothing)
    with board.listening("till", ["catalogue", "stock/1"]) as listener:
        board.tell({"catalogue": 4, "stock/2": 9})
        board.tell({"catalogue": 5})
        board.tell({"catalogue": 3})
        assert await listener.news(10) == {"catalogue": 5}
        board.tell({"catalogue": 5})
        assert await listener.news(0) == {}


async def test_who_listened_is_forgotten() -> None:
    board = Noticeboard(nothing)
    with board.listening("till", ["catalogue"]), board.listening("till", ["catalogue"]):
        assert board.listeners == 2
    assert board.listeners == 0
    board.tell({"catalogue": 1})


async def test_a_device_holds_a_few_lines_and_its_oldest_ends() -> None:
    board = Noticeboard(nothing)
    with ExitStack() as lines:
        other = lines.enter_context(board.listening("other", ["catalogue"]))
        own = [lines.enter_context(board.listening("till", ["catalogue"])) for _line in range(MOST_LINES + 2)]
        assert [one.ended for one in own] == [True, True] + [False] * MOST_LINES
        assert not other.ended
        assert await own[0].news(10) == {}


async def test_a_board_that_closes_ends_every_line_and_each_that_comes_later() -> None:
    board = Noticeboard(nothing)
    with board.listening("till", ["catalogue"]) as listener:
        board.close()
        assert listener.ended
    with board.listening("till", ["catalogue"]) as late:
        assert late.ended


async def test_a_look_that_fails_is_made_again() -> None:
    looks = 0

    async def look(streams: Collection[str]) -> Heads:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise OSError("the disk is slow")
        return dict.fromkeys(streams, 7)

    board = Noticeboard(look)
    watching = asyncio.create_task(board.watch(0))
    with board.listening("till", ["catalogue"]) as listener:
        assert await listener.news(10) == {"catalogue": 7}
    watching.cancel()


async def test_what_another_process_wrote_is_found_by_looking(rig: HubRig) -> None:
    watching = asyncio.create_task(rig.hub.noticeboard.watch(0))
    stock = f"stock/{rig.till.store_id}"
    with rig.hub.noticeboard.listening("till", [stock]) as listener:
        before = (await listener.news(10))[stock]
        journal = rig.journal()
        journal.sell((A, 1, 3500))
        # A write that this process's board is not told of, as one of another process is.
        rig.push_straight(*journal.envelopes)
        assert await listener.news(10) == {stock: before + 1}
    watching.cancel()


def test_a_poll_gives_the_heads_of_the_tills_streams(rig: HubRig) -> None:
    page = poll(rig, -1)
    streams = [one.stream for one in page.hints]
    store = rig.till.store_id
    assert streams[:3] == ["settings", "staff", "catalogue"]
    own = [f"stock/{store}", f"exceptions/{store}", f"approvals/{store}", f"baskets/{store}"]
    assert streams[3:] == [f"orders/{store}", "customers", "accounts", *own]
    heads = rig.hub.database.read(lambda conn: heads_of(conn, streams))
    assert {one.stream: one.head for one in page.hints} == heads
    assert page.mark == sum(heads.values())
    assert poll(rig, page.mark) == page


def test_a_poll_is_held_until_an_order_is_placed(rig: HubRig) -> None:
    mark = poll(rig, -1).mark
    stream = f"orders/{rig.till.store_id}"
    with ThreadPoolExecutor(1) as other:
        coming = other.submit(poll, rig, mark, 25)
        while not rig.hub.noticeboard.listeners:
            assert not coming.done()
        rig.order("W-1")
        page = coming.result(10)
    assert Hint(stream=stream, head=1) in page.hints
    assert page.mark > mark


def test_only_tills_with_their_rights_hear_hints(rig: HubRig) -> None:
    for path in ("/v1/hints", "/v1/hints/poll"):
        assert rig.refused("GET", path) == (403, "forbidden")
        assert rig.refused("GET", path, key="nobody's")[0] == 401
    rig.ask("POST", f"/v1/devices/{rig.till.device_id}/revoke")
    for path in ("/v1/hints", "/v1/hints/poll"):
        assert rig.refused("GET", path, key=rig.till.token) == (403, "revoked")


def test_a_push_that_fails_tells_nobody(rig: HubRig) -> None:
    mark = poll(rig, -1).mark
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    assert rig.refused("POST", "/v1/events", batch_of(journal.envelopes)[:-9], key=rig.till.token)[0] == 400
    assert poll(rig, mark).mark == mark


async def test_common_streams_are_told_no_oftener_than_wished_and_the_newest_is_never_lost() -> None:
    clock = [100.0]
    listener = Listener(["customers", "stock/1"], common_every_s=60, now_s=lambda: clock[0])
    listener.tell({"customers": 1, "stock/1": 1})
    assert await listener.news(0) == {"customers": 1, "stock/1": 1}, "where it stands is told at once"
    listener.tell({"customers": 2})
    listener.tell({"customers": 3, "stock/1": 2})
    assert await listener.news(0) == {"stock/1": 2}
    assert await listener.news(0) == {}
    clock[0] += 29
    assert await listener.news(0) == {}
    clock[0] += 62
    assert await listener.news(5) == {"customers": 3}
    assert await listener.news(0) == {}
    clock[0] += 100
    listener.tell({"customers": 4})
    assert await listener.news(0) == {"customers": 4}, "after a quiet time at once"
