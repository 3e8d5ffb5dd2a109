"""The hybrid logical clock: orders edits made apart, close to real time, never against cause and effect.

After Kulkarni et al., "Logical Physical Clocks" (2014): the wall time when it goes forward, a count
where it does not. A till keeps its last stamp on disk; the hub believes no stamp from the future.
"""

import msgspec

MOST_AHEAD_MS = 5 * 60_000
"""How far ahead of the hub a stamp may be before it is taken for a wrong clock."""


class HybridStamp(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """When an edit was made. Compared by time, then count, then device, so that no two are equal."""

    wall_ms: int = 0
    count: int = 0
    device_id: str = ""


BEGINNING = HybridStamp()
"""Before every edit."""


def tick(last: HybridStamp, now_ms: int, learned_ms: int, device_id: str) -> HybridStamp:
    """Return the stamp of the next edit at a till.

    `last` is the stamp before it, `learned_ms` the hub's time as last heard of. A clock that was
    ahead and was put right since is left behind: the hub orders one till's edits by sequence anyway.
    """
    known_ms = max(now_ms, learned_ms, 0)
    if last.wall_ms > known_ms + MOST_AHEAD_MS:
        last = BEGINNING
    if known_ms > last.wall_ms:
        return HybridStamp(wall_ms=known_ms, device_id=device_id)
    return HybridStamp(wall_ms=last.wall_ms, count=last.count + 1, device_id=device_id)


def believed(stamp: HybridStamp, before: HybridStamp, hub_now_ms: int) -> HybridStamp:
    """Return the stamp under which the hub files an edit; `before` is the same till's last one there.

    One that is too far ahead is worth the time at which it came. What a till did later stays later.
    """
    if stamp.wall_ms > hub_now_ms + MOST_AHEAD_MS:
        stamp = HybridStamp(wall_ms=hub_now_ms, device_id=stamp.device_id)
    return later(stamp, before)


def later(stamp: HybridStamp, before: HybridStamp) -> HybridStamp:
    """Return a stamp, put behind another if it is not."""
    if (stamp.wall_ms, stamp.count) > (before.wall_ms, before.count):
        return stamp
    return HybridStamp(wall_ms=before.wall_ms, count=before.count + 1, device_id=stamp.device_id)
