"""An e-receipt: sent to an e-mail address or a phone by the hub, or with none saved as files."""

from omnipos.domain.buyer import LONGEST_EMAIL
from omnipos.domain.errors import DomainError
from omnipos.locale import _
from omnipos.services import ereceipts
from screens.desk import Desk
from screens.forms import Form
from screens.plain_words import saved_words
from screens.widgets.entry import Entry


class EReceiptScreen(Form):
    """Asks where a receipt goes."""

    def __init__(self, desk: Desk, number: str) -> None:
        """Ask for one receipt."""
        self._number = number
        self._where = Entry(_("empty saves it as files"), label=_("E-mail or phone"), longest=LONGEST_EMAIL)
        super().__init__(desk, (self._where,), _("E-receipt"), number)

    async def send(self) -> None:
        """Send it once the hub hears of it, or save it while the counter goes on."""
        where = self._where.text.strip()
        if not where:
            self.run_worker(self._save(), group="e-receipt")
            return
        await self.desk.till.run(ereceipts.send, self._number, where)
        self.say(_("The hub sends it to {address}.").format(address=where), "good")
        self._where.put("")

    async def _save(self) -> None:
        try:
            files = await ereceipts.save(self.desk.till, self._number)
        except DomainError as refusal:
            self.say(str(refusal))
        else:
            self.say(saved_words(files), "good")
