"""Goods without a receipt: scanned one product at a time, at the lowest recent price, by a manager's word."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from omnipos.domain.catalogue import Item
from omnipos.domain.lowest import LowestPrice
from omnipos.domain.money import format_money
from omnipos.domain.quantity import PIECE_MILLI, format_quantity
from omnipos.locale import _, later
from omnipos.services import finding, lowest_pricing, returning
from omnipos.services.approving import Word
from omnipos.services.lowest_pricing import Lowest
from screens.commands import BACK, Command
from screens.counter import Counter
from screens.payment_words import come_back_words
from screens.returning import ReasonScreen, Step
from screens.ringing import Scan
from screens.widgets.cells import Row, drawn

DAMAGED = Command("f3", later("Damaged"), "damaged", later("It does not go back on the shelf, or it does"))


class NoReceiptScreen(ReasonScreen):
    """Goods without a receipt, one product at a time, at the lowest recent price."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Next"), "enter", later("Go on to the reason")),
        BACK,
    )

    def __init__(self, below: Counter) -> None:
        """Begin with no product."""
        self._code = ""
        self._item: Item | None = None
        self._quantity_milli = PIECE_MILLI
        self._asked: LowestPrice | None = None
        self._lowest: Lowest | None = None
        self._is_damaged = False
        super().__init__(
            below,
            _("Return without receipt"),
            empty=_("Scan the goods, or type 2* and their code, then Enter."),
        )

    @property
    def commands(self) -> Sequence[Command]:
        """Once the goods are known they may be damaged; before, letters are their code."""
        first, *rest = super().commands
        is_known = getattr(self, "_step", Step.LINES) is Step.REASON
        return (first, *((DAMAGED,) if is_known else ()), *rest)

    def rows(self) -> Sequence[Row]:
        """Return the product and what goes back for it, or the reasons."""
        if self._step is Step.REASON and self._item is not None:
            return self.reason_rows()
        if self._code:
            return [((f" {self._code}▏", "plain"),)]
        return []

    async def take_scans(self, scans: Sequence[Scan]) -> Sequence[Scan]:
        """Take the goods that were scanned, while none are chosen."""
        if self._step is Step.REASON:
            return await super().take_scans(scans)
        self._code = scans[0].code
        await self.do_enter()
        return scans[1:]

    async def type_before(self, text: str) -> None:
        """Type the code."""
        self._code += text
        self.show()

    async def press(self, key: str) -> bool:
        """Take typing back."""
        if self._step is Step.LINES and key == "backspace":
            self._code = self._code[:-1]
            self.show()
            return True
        return await super().press(key)

    async def do_damaged(self) -> None:
        """Say that it is damaged, or that it is not."""
        self._is_damaged = not self._is_damaged
        self._tell()

    async def do_enter(self) -> None:
        """Find the goods, then take the reason."""
        if self._step is Step.REASON:
            await self.with_word(self.bring)
            return
        if not self._code.strip():
            self.say(_("Scan the goods that come back."), "warn")
            return
        till = self.desk.till
        self._quantity_milli, rest = finding.split_quantity(self._code)
        self._item = await till.run(returning.item_back, rest)
        product = self._item.product
        self._asked = await asyncio.to_thread(lowest_pricing.ask_hub, till, product)
        self._lowest = await till.run(lowest_pricing.lowest, product, self._asked)
        self._go_to(Step.REASON)
        self._tell()

    def _tell(self) -> None:
        if self._item is None or self._lowest is None:
            return
        code = self.desk.currency
        said = _("{quantity} × {name}, lowest recent price {price}.").format(
            quantity=format_quantity(self._quantity_milli, self._item.product.unit, code),
            name=drawn(self._item.product.name),
            price=format_money(self._lowest.price_minor, code),
        )
        said = f"{said} {lowest_pricing.words(self._lowest)}"
        damaged = _("Damaged.")
        style = "plain" if self._lowest.asked_hub else "warn"
        self.say(f"{said} {damaged}" if self._is_damaged else said, style)

    async def bring(self, word: Word) -> None:
        """Put it into the basket."""
        assert self._item is not None, "the goods were found before the reason"
        view = await self.desk.till.run(
            returning.bring_without_receipt,
            self._item,
            self._quantity_milli,
            self._reason.text,
            asked=self._asked,
            damaged=self._is_damaged,
            word=word,
        )
        await self.desk.put(view)
        await self.till_app.back(self)
        self._below.show()
        self._below.say(come_back_words(view), "good")
