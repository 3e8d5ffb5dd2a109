"""Scans on their way to the screen that is up: a staff badge among them is a badge everywhere."""

from collections.abc import Sequence

from omnipos.domain.badge import is_badge
from screens.counter import Counter
from screens.ringing import Scan


async def take_scans(screen: Counter, scans: Sequence[Scan]) -> Sequence[Scan]:
    """Let a screen act on scans up to the first badge, or on a badge; return what is still to be acted on."""
    badges = [at for at, scan in enumerate(scans) if is_badge(scan.code)]
    if not badges:
        return await screen.take_scans(scans)
    first = badges[0]
    if first:
        return (*await screen.take_scans(scans[:first]), *scans[first:])
    await screen.take_badge(scans[0].code)
    return scans[1:]
