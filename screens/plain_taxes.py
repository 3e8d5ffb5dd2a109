"""The tax off a sale in the plain counter: `no-tax REASON, CERTIFICATE`."""

from omnipos.domain.errors import EntryRefused
from omnipos.locale import _
from omnipos.services import exempting
from omnipos.services.approving import Word
from screens.plain_talk import Answer, Talk
from screens.plain_words import total_words


def no_tax(talk: Talk, rest: str) -> Answer:
    """`no-tax REASON, CERTIFICATE` takes the tax off, on a manager's word; `no-tax off` charges it again."""
    if not rest:
        raise EntryRefused(_("Type no-tax, the reason and the certificate: no-tax diplomat, KBRI-17."))
    if rest.casefold() == "off":
        view = talk.till.call(exempting.charge)
        return Answer(say=_("Tax is charged again. {total}").format(total=total_words(view)))
    reason, _comma, certificate = (part.strip() for part in rest.partition(","))

    def exempt(word: Word) -> Answer:
        view = talk.till.call(exempting.exempt, reason, certificate, word)
        return Answer(say=_("This sale carries no tax. {total}").format(total=total_words(view)))

    return talk.allowing(exempt)
