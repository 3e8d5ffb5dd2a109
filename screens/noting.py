"""Notes: one for the chosen line, one for the whole receipt."""

from omnipos.domain.basket import Basket, Line
from omnipos.domain.cardnumber import holds_card_number
from omnipos.domain.noting import LONGEST_LINE_NOTE, LONGEST_RECEIPT_NOTE
from omnipos.locale import _
from omnipos.services import noting
from screens.desk import Desk
from screens.forms import Form
from screens.widgets.cells import drawn
from screens.widgets.entry import Entry


class NotesScreen(Form):
    """Asks for both notes, what is written already standing in them; an emptied one is taken off."""

    def __init__(self, desk: Desk, basket: Basket, line: Line) -> None:
        """Begin with what is written already."""
        self._line = line
        words = (_("This line"), _("The receipt"))
        width = max(map(len, words))
        self._line_note = Entry(
            _("such as: no ice, gift wrapped"), label=words[0].ljust(width), longest=LONGEST_LINE_NOTE
        )
        self._receipt_note = Entry(
            _("stands above the total"), label=words[1].ljust(width), longest=LONGEST_RECEIPT_NOTE
        )
        self._line_note.put(line.note)
        self._receipt_note.put(basket.receipt_note)
        super().__init__(desk, (self._line_note, self._receipt_note), _("Notes"), drawn(line.name))

    def drop_card_number(self) -> None:
        """Let a card number go from either note: the first one is no longer typed in when it is refused."""
        for field in self.fields:
            if holds_card_number(field.text):
                field.put("")

    async def send(self) -> None:
        """Write both."""
        desk, written = self.desk, (self._receipt_note.text, self._line.line_id, self._line_note.text)
        await desk.put(await desk.till.run(noting.write, *written))
        await self.close()
