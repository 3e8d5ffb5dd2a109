"""Waiting for a manager elsewhere in the store: the action is done when the word comes, or the wish ends."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from omnipos.domain.errors import NotAllowed
from omnipos.domain.staff import Right
from omnipos.locale import _, later
from omnipos.services import queueing
from screens.commands import Command
from screens.counter import Dialog
from screens.widgets.message import MessageLine

if TYPE_CHECKING:
    from screens.word import WordScreen


class AskedScreen(Dialog):
    """Says that managers are asked; Esc asks no longer and leaves all as it was."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("escape", later("Stop asking"), "back", later("Ask no longer; nothing is changed")),
    )

    def __init__(self, below: "WordScreen", right: Right, reason: str) -> None:
        """Ask for what the dialog below was asked for."""
        super().__init__(below.desk)
        self._below = below
        self._right = right
        self._reason = reason
        self._approval_id = ""
        self._asking = MessageLine()
        self._listening = asyncio.Lock()

    def compose(self) -> ComposeResult:
        """What is waited for, and the way back."""
        with Vertical(id="box") as box:
            box.border_title = _("A manager's word")
            yield self._asking
            yield self.message
            yield self.keys

    async def open(self) -> None:
        """Ask; a hub that is away is said on the dialog below."""
        self._asking.say(
            _("The managers of the store are asked. It goes on as soon as one allows it."), "plain"
        )
        try:
            self._approval_id = await self.desk.till.run(queueing.ask, self._right, self._reason)
        except BaseException:
            await self.till_app.back(self)
            raise

    async def tick(self) -> None:
        """Look whether somebody answered; who looks meanwhile waits, as an answer is heard once."""
        async with self._listening:
            if self._approval_id and self.app.screen is self:
                await self._listen()

    async def _listen(self) -> None:
        try:
            ticket = await self.desk.till.run(queueing.heard, self._approval_id)
        except NotAllowed as refusal:
            await self.till_app.back(self)
            self._below.say(str(refusal))
            return
        if ticket is not None:
            await self.till_app.back(self)
            await self._below.act_on(ticket)

    async def on_unmount(self, _event: events.Unmount) -> None:
        """Ask no longer: nobody waits here any more."""
        await self.desk.till.run(queueing.withdraw, self._approval_id)
