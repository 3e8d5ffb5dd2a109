"""What goes wrong in a simulated shop beside the network: crashes, disks, clocks, restores, clones."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from omnipos.domain.errors import StoreTrouble
from omnipos.store import journal
from omnipos.store.connection import transaction
from tests.sim.hubs import HubProcess
from tests.sim.sandbox import SimulatedCrash
from tests.sim.tills import TillMachine

if TYPE_CHECKING:
    from tests.sim.world import World

YEAR_MS = 365 * 86_400_000


def maybe_light(world: "World", till: TillMachine) -> None:
    """Perhaps let a till's machine fail at one of its next statements."""
    crash = world.chance.random() < world.weather.crashes
    disk = world.chance.random() < world.weather.disk_trouble
    statements = world.chance.randint(1, 60)
    if (crash or disk) and not till.fuse:
        till.light(statements, crash=crash)


def till_died(world: "World", till: TillMachine) -> None:
    """Take in that a till is dead, and let somebody start it again after a while."""
    till.die()
    life = till.lives

    def start() -> None:
        if not till.is_on and till.lives == life:
            boot_till(world, till)

    world.later(world.soon(10_000), start)


def boot_till(world: "World", till: TillMachine) -> None:
    """Start a till's program."""
    try:
        till.boot()
        world.say(till.name, f"starts its life {till.lives}")
    except SimulatedCrash:
        till_died(world, till)


def process_died(world: "World", process: HubProcess) -> None:
    """Take in that a process of the hub is dead; its keeper starts it again soon."""
    process.die()
    life = process.lives

    def start() -> None:
        if not process.is_on and process.lives == life:
            start_process(world, process)

    world.later(world.soon(5000), start)


def start_process(world: "World", process: HubProcess) -> None:
    """Start a process of the hub."""
    process.boot(world.hub_now_ms)
    world.say(process.name, f"starts its life {process.lives}")


def happen(world: "World") -> None:
    """Let something happen that no request and no click begins."""
    chance, weather = world.chance, world.weather
    till = chance.choice(world.tills)
    if chance.random() < weather.partitions:
        for_ms = world.soon(90_000)
        till.cut_off_until_ms = world.now_ms + for_ms
        world.fault("partition")
        world.say(till.name, f"!! cut off for {for_ms} ms")
    if chance.random() < weather.clock_jumps:
        _jump(world, till)
    if chance.random() < weather.crashes and till.is_on:
        till.on_fault("power cut")
        till_died(world, till)
    if chance.random() < weather.hub_crashes:
        process = chance.choice(world.processes)
        if process.is_on:
            process.on_fault("power cut")
            process_died(world, process)

    if not till.syncing and chance.random() < max(weather.till_restores, weather.clones):
        _touch_disk(world, till)
    if till.is_on and not till.syncing and chance.random() < weather.strangers:
        _write_stranger(world, till)
    if not till.syncing and world.rare.random() < weather.mirror_losses:
        _lose_mirror(world, till)
    if chance.random() < weather.hub_restores:
        if world.backup_at_ms and chance.random() < 0.5:
            if all(one.is_on and not one.syncing for one in world.tills):
                _restore_hub(world)
        else:
            world.yard.copy_hub(world.yard.root / "hub-backup")
            world.backup_at_ms = world.now_ms
            world.say("hub", "backup")


def _touch_disk(world: "World", till: TillMachine) -> None:
    """Copy a till's folder, put a copy back, or open a copy on another computer."""
    copy = world.yard.root / "tills" / f"{till.name}-copy"
    till.die()
    if not copy.exists():
        shutil.copytree(till.folder, copy)
        world.say(till.name, "its folder is copied")
    elif world.chance.random() < world.weather.clones and len(world.tills) == world.weather.tills:
        _open_copy(world, till, copy)
    elif world.weather.till_restores:
        _put_back(world, till, copy)
    boot_till(world, till)


def _lose_mirror(world: "World", till: TillMachine) -> None:
    """Remove what can be fetched again, as somebody does who makes room; the till starts without goods."""
    till.die()
    for file in till.folder.glob("mirror-*"):
        file.unlink()
    world.fault("mirror lost")
    world.say(till.name, "!! its mirror is gone")
    boot_till(world, till)


def _put_back(world: "World", till: TillMachine, copy: Path) -> None:
    had = {event_id for (event_id,) in till.read().execute("SELECT event_id FROM event")}
    shutil.rmtree(till.folder)
    shutil.copytree(copy, till.folder)
    has = {event_id for (event_id,) in till.read().execute("SELECT event_id FROM event")}
    world.ledger.disk_lost |= had - has - world.hub_events()
    if world.chance.random() < 0.5:
        till.begin_restored()
        kind = "restored"
    else:
        kind = "put back"
    world.fault(f"disk {kind}")
    world.ledger.risks[kind] += 1
    world.say(till.name, f"!! disk {kind}, without {len(had - has)} events")


def _open_copy(world: "World", till: TillMachine, copy: Path) -> None:
    world.fault("clone")
    world.ledger.risks["cloned"] += 1
    folder = world.yard.root / "tills" / f"{till.name}b"
    shutil.copytree(copy, folder)
    world.say(till.name, f"!! a copy of its folder starts as {till.name}b")
    world.employ(f"{till.name}b", folder)


class FromTheFuture(msgspec.Struct, frozen=True, kw_only=True, tag="from_the_future"):
    """A fact that only a newer program understands, written before somebody went back to this one."""

    what: str


def _write_stranger(world: "World", till: TillMachine) -> None:
    def write() -> None:
        with transaction(till.till.store.books):
            fact = FromTheFuture(what="something")
            journal.append(till.till.store.books, till.till.stamp(), fact)  # type: ignore[arg-type]

    try:
        with world.at(till):
            till.till.store.call(write)
            world.fault("stranger")
            world.say(till.name, "!! writes what nobody understands")
    except StoreTrouble:
        return


def _restore_hub(world: "World") -> None:
    """Put the hub's database back to its backup, as after a broken disk; each till finds out by itself."""
    world.fault("hub restored")
    world.ledger.risks["hub restored"] += 1
    had = world.hub_events()
    for process in world.processes:
        process.die()
    world.yard.put_hub_back(world.yard.root / "hub-backup")
    for process in world.processes:
        start_process(world, process)
    world.ledger.forgotten |= had - world.hub_events()
    world.say("hub", f"!! back to its backup of {world.backup_at_ms}, without {len(world.ledger.forgotten)}")
    # What owner and web shop did since is gone; their own reconciling sends it again.
    cancelled = world.ledger.cancelled
    for number in [one for one, at_ms in cancelled.items() if at_ms > world.backup_at_ms]:
        del cancelled[number]
    for wish in (*world.wishes, *world.wishes_beside):
        if wish.answered_at_ms > world.backup_at_ms:
            wish.answered_at_ms = 0
            wish.ask_soon(20_000)


def _jump(world: "World", till: TillMachine) -> None:
    kind = world.chance.choice(("ahead", "2000", "a little", "right", "hub"))
    world.fault("clock jump")
    world.say(till.name, f"!! clock: {kind}")
    match kind:
        case "ahead":
            till.clock.wrong_by_ms = YEAR_MS
        case "2000":
            till.clock.wrong_by_ms = 946_684_800_000 - world.now_ms
        case "a little":
            till.clock.wrong_by_ms = world.chance.randint(-600_000, 600_000)
        case "right":
            till.clock.wrong_by_ms = 0
        case _:
            world.hub_clock_ms = world.chance.randint(-60_000, 60_000)


def put_right(world: "World") -> None:
    """Start everything that is off and let clocks and disks be good again."""
    for process in world.processes:
        process.fuse = 0
        if not process.is_on:
            start_process(world, process)
    for till in world.tills:
        till.fuse = till.cut_off_until_ms = till.clock.wrong_by_ms = 0
        if not till.is_on:
            boot_till(world, till)
    world.hub_clock_ms = 0
