"""Gift cards of the system before this one, from the rows of a file: each card's code and what is on it."""

from collections.abc import Iterator

from hub.accountmessages import EntryWish
from omnipos.cli import cells
from omnipos.cli.csvrows import Table
from omnipos.cli.rowfiles import Bad, FromRow, Good, RowFile
from omnipos.domain.account import AccountKind, card_code
from omnipos.domain.errors import EntryRefused
from omnipos.locale import _

BROUGHT = "brought"
"""The id of what a card brought along: importing again changes nothing."""


def gift_card_rows(file: RowFile, currency: str) -> Iterator[Good[EntryWish] | Bad]:
    """Yield every card, good or bad, in order."""
    return file.wishes(EntryWish, lambda table: _from_csv(table, currency))


def _from_csv(table: Table, currency: str) -> FromRow[EntryWish]:
    table.need("code", "balance")
    code, balance, money = table.column("code"), table.column("balance"), cells.Money(currency)

    def card(row: list[str]) -> EntryWish:
        written = cells.needed(code(row), _("It has no code."))
        if not card_code(written):
            raise EntryRefused(
                _("“{code}” is no gift card's code: 6 to 24 letters and digits.").format(code=written[:24])
            )
        return EntryWish(
            kind=AccountKind.GIFT_CARD,
            account=written,
            currency=currency,
            entry_id=BROUGHT,
            amount_minor=money(cells.needed(balance(row), _("It has no balance."))),
            reason=_("brought along"),
        )

    return card
