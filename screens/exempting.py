"""The tax off a sale: why, which certificate was shown, and a manager's word where it is needed."""

from omnipos.domain.basket import Exemption
from omnipos.locale import _
from omnipos.services import approving, exempting
from omnipos.services.approving import Word
from screens.choice import ChoiceScreen
from screens.counter import Counter
from screens.forms import Form
from screens.widgets.cells import drawn
from screens.widgets.entry import Entry


def exemption_words(exemption: Exemption) -> str:
    """Say why a sale carries no tax: `No tax: Diplomat, KBRI-17`."""
    said = _("No tax: {reason}").format(reason=drawn(exemption.reason))
    return f"{said}, {drawn(exemption.certificate)}" if exemption.certificate else said


async def begin(below: Counter) -> None:
    """Ask why a sale carries no tax, or after a numbered choice charge it again."""
    desk = below.desk
    exemption = desk.view.basket.exemption if desk.view else None
    if exemption is None:
        await desk.till.run(exempting.check_possible)
        await below.go(ExemptScreen(below))
        return

    async def charge() -> None:
        await desk.put(await desk.till.run(exempting.charge))

    answers = ((_("Charge tax again"), charge),)
    await below.go(ChoiceScreen(desk, exemption_words(exemption), answers))


class ExemptScreen(Form):
    """Asks for the reason and the certificate; a manager's word is asked for where it is needed."""

    def __init__(self, below: Counter) -> None:
        """Ask for the sale on the counter."""
        words = (_("Reason"), _("Certificate"))
        width = max(map(len, words))
        labels = [word.ljust(width) for word in words]
        self._below = below
        self._reason = Entry(
            _("such as: diplomat, school, export"), label=labels[0], longest=approving.LONGEST_REASON
        )
        self._certificate = Entry(
            _("its number, as it was shown"), label=labels[1], longest=exempting.LONGEST_CERTIFICATE
        )
        super().__init__(below.desk, (self._reason, self._certificate), _("No tax on this sale"))

    async def do_enter(self) -> None:
        """Go on to the next field; without a reason there is nothing to go on to."""
        if self.entry is self._reason and not self._reason.text.strip():
            self.say(_("Type the reason. It is kept with what is done."), "warn")
            return
        await super().do_enter()

    async def send(self) -> None:
        """Take the tax off."""
        await self.with_word(self._exempt)

    async def _exempt(self, word: Word) -> None:
        desk = self.desk
        given = self._reason.text, self._certificate.text
        await desk.put(await desk.till.run(exempting.exempt, *given, word))
        await self.close()
