"""Heads that other processes of the hub moved, heard from PostgreSQL the moment they have committed.

Each process has one line for it. It is a courtesy like every hint: a line that breaks is made again,
and meanwhile the look at the heads every two seconds finds what was not heard.
"""

import asyncio
import logging
import random
from collections.abc import Callable

import msgspec
import psycopg

from hub.hints import CHANNEL, Heads
from hub.postgres import reached_by

QUIET_S = 30.0
"""After so long without a word the line is asked whether it is still there."""
LONGEST_WAIT_S = 10.0
log = logging.getLogger(__name__)
_heads = msgspec.json.Decoder(dict[str, int])


async def listen_for_ever(address: str, tell: Callable[[Heads], None]) -> None:
    """Pass on what is announced until cancelled; a lost line is made again after a while."""
    wait_s = 0.1
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**reached_by(address), autocommit=True) as line:
                await line.execute(f"LISTEN {CHANNEL}")
                wait_s = 0.1
                await _listen(line, tell)
        except psycopg.Error as trouble:
            log.warning("The line for heads is gone and is made again: %s", trouble)
        await asyncio.sleep(random.uniform(wait_s / 2, wait_s))  # noqa: S311 - only spreads them out
        wait_s = min(wait_s * 2, LONGEST_WAIT_S)


async def _listen(line: "psycopg.AsyncConnection[tuple[object, ...]]", tell: Callable[[Heads], None]) -> None:
    while True:
        async for word in line.notifies(timeout=QUIET_S):
            try:
                tell(_heads.decode(word.payload))
            except msgspec.MsgspecError:
                log.warning("Somebody announced what are no heads")
        await line.execute("SELECT 1")
