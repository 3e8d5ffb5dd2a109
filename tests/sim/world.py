"""The simulated world: one queue of events, one source of chance, and everything that follows from a seed."""

import contextlib
import hashlib
import heapq
import sqlite3
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from hub import tokens
from omnipos.domain.errors import DomainError
from tests.sim import actions, checks, mishaps, offers, tender
from tests.sim.bugs import plant
from tests.sim.hubs import HubProcess
from tests.sim.ledger import Ledger
from tests.sim.letters import Request
from tests.sim.line import Line
from tests.sim.reading import Reader
from tests.sim.sandbox import Machine, Sandbox, SimulatedCrash, sandbox
from tests.sim.tills import TillMachine
from tests.sim.weather import weather_of
from tests.sim.yard import NOON_MS, STORES, Yard

STEPS = 150
NO_MORE: Mapping[str, float] = MappingProxyType({})
DEEPEST = 2
"""How many events may happen inside one that waits for the network."""
MOST_HEALING_ROUNDS = 12


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one seed. `trace_hash` is the same whenever the same seed runs on the same program."""

    seed: int
    steps: int
    faults: int
    trace_hash: str
    violations: tuple[str, ...]
    trace: tuple[str, ...]


class Wish:
    """A request of the owner or the web shop, who ask the same again until they are answered."""

    def __init__(
        self, world: "World", request: Request, done: Callable[[Any], None], *, beside: bool = False
    ) -> None:
        """A request not asked yet, and what its good answer means; one of prices goes on beside the rest."""
        self.world = world
        self.request = request
        self.answered_at_ms = 0
        self._done = done
        self._chance = world.fair if beside else world.chance
        self._later = world.beside if beside else world.later

    def ask_soon(self, mean_ms: int) -> None:
        """Ask after a while."""
        self._later(int(self._chance.expovariate(1 / mean_ms)) + 1, self.ask)

    def ask(self) -> None:
        """Ask; without an answer ask again after a while."""
        if self.answered_at_ms:
            return
        answer = self.world.line.straight(self.request, self._chance)
        if answer is None or answer.status_code >= 500:
            self.ask_soon(10_000)
            return
        self.answered_at_ms = self.world.now_ms
        if answer.status_code == 200:
            self._done(answer.json())


class World:
    """All machines of one run, and the queue of what happens next."""

    def __init__(self, seed: int, yard: Yard, box: Sandbox, weather: Mapping[str, float]) -> None:
        """Set the shop up as its seed wants it; everything is still in order."""
        self.seed = seed
        self.yard = yard
        self.box = box
        self.chance = box.chance.course
        self.now_ms = NOON_MS
        self.ledger = Ledger()
        self.faults: Counter[str] = Counter()
        self.trace: list[str] = []
        self.violations: list[str] = []
        self.wishes: list[Wish] = []
        self.wishes_beside: list[Wish] = []
        """What the owner asked about prices, promotions and coupons."""
        self.word = offers.Word()
        self.backup_at_ms = 0
        self.depth = 0
        self.calm = True
        """While the shop is set up and put right nothing goes wrong."""
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self._beside: list[tuple[int, int, Callable[[], None]]] = []
        self._queued = 0
        self.rare = box.chance.rare
        self.fair = box.chance.fair
        self.money = box.chance.money
        self.acquirer = tender.Acquirer()
        self.weather = msgspec.structs.replace(weather_of(box.chance), **weather)
        tokens.TOKEN_LIFE_MS = self.weather.token_life_ms
        self.hub_clock_ms = 0
        self.processes: list[HubProcess] = yard.processes
        self.line = Line(self)
        box.carry = self.line.carry
        yard.clear()
        for process in self.processes:
            process.on_fault, process.lives = self._fault_of(process), 0
            process.boot(self.hub_now_ms)
        self.tills: list[TillMachine] = []
        self._hub_reader = Reader(lambda: {"main": yard.hub_file})

    def close(self) -> None:
        """End all machines and let go of what is open."""
        for till in self.tills:
            till.leave()
        for process in self.processes:
            process.die()
        self._hub_reader.close()

    def hub_events(self) -> set[str]:
        """Return the ids of the events in the hub's database."""
        return {event_id for (event_id,) in self.read_hub().execute("SELECT event_id FROM event")}

    def read_hub(self) -> sqlite3.Connection:
        """Return the hub's database beside its processes, for looking only."""
        return self._hub_reader.open()

    def hub_now_ms(self) -> int:
        """The clock of the hub's machine."""
        return self.now_ms + self.hub_clock_ms

    def true_ms(self) -> int:
        """The true time."""
        return self.now_ms

    def say(self, who: str, what: str) -> None:
        """Write a line of the trace."""
        self.trace.append(f"{self.now_ms - NOON_MS:>9} {'  ' * self.depth}{who:<7} {what}")

    def fault(self, kind: str) -> None:
        """Count a fault."""
        self.faults[kind] += 1

    def _fault_of(self, machine: Machine) -> Callable[[str], None]:
        def on_fault(kind: str) -> None:
            self.fault(f"{kind} of {machine.name}")
            self.say(machine.name, f"!! {kind}")

        return on_fault

    def later(self, in_ms: int, what: Callable[[], None]) -> None:
        """Let something happen after some time."""
        self._queued += 1
        heapq.heappush(self._queue, (self.now_ms + max(in_ms, 1), self._queued, what))

    def beside(self, in_ms: int, what: Callable[[], None]) -> None:
        """Let something happen after some time that is no step of the story."""
        self._queued += 1
        heapq.heappush(self._beside, (self.now_ms + max(in_ms, 1), self._queued, what))

    def soon(self, mean_ms: int) -> int:
        """Return a random time to wait."""
        return int(self.chance.expovariate(1 / mean_ms)) + 1

    def turn(self) -> None:
        """Let the next thing happen."""
        at_ms, _number, what = heapq.heappop(self._queue)
        while self._beside and self._beside[0][0] <= at_ms:
            aside_ms, _number, aside = heapq.heappop(self._beside)
            self.now_ms = max(self.now_ms, aside_ms)
            aside()
        self.now_ms = max(self.now_ms, at_ms)
        what()

    def meanwhile(self) -> None:
        """Let others act while a machine waits for the network."""
        while not self.calm and self.depth < DEEPEST and self.chance.random() < self.weather.meanwhile:
            self.depth += 1
            try:
                self.turn()
            finally:
                self.depth -= 1

    def add_till(self) -> TillMachine:
        """Enrol one more till and let it work."""
        name = f"till{len(self.tills) + 1}"
        store = STORES[len(self.tills) % self.weather.stores]
        process = self.living_process()
        code = self.yard.ask(process, "POST", "/v1/enrol-codes", {"store_code": store})["code"]
        till = TillMachine(name, self.yard.new_till_folder(name), self.box, self.true_ms)
        till.enrol(code)
        till = self.employ(name, till.folder)
        till.sync()
        self.say(name, f"enrolled in {store} as {till.till.identity.device_id[:8]}")
        return till

    def employ(self, name: str, folder: Path) -> TillMachine:
        """Start a till on an enrolled folder and let it work."""
        till = TillMachine(name, folder, self.box, self.true_ms)
        till.on_fault = self._fault_of(till)
        till.boot()
        self.tills.append(till)
        self.later(self.soon(5000), lambda: self._act(till))
        self.later(self.soon(20_000), lambda: self._sync(till))
        return till

    def living_process(self) -> HubProcess:
        """Return a process of the hub, starting one when all are dead."""
        alive = [one for one in self.processes if one.is_on]
        if not alive:
            mishaps.start_process(self, self.processes[0])
            alive = [self.processes[0]]
        return self.chance.choice(alive)

    @contextlib.contextmanager
    def at(self, till: TillMachine) -> Iterator[None]:
        """Do something at a till that may die over it; its death ends the block, and is not its caller's."""
        life = till.lives
        try:
            with self.box.on(till):
                yield
        except SimulatedCrash as crash:
            if crash.machine is not till:
                raise
            if till.lives == life:
                mishaps.till_died(self, till)
        except sqlite3.ProgrammingError:
            # A program that died while it waited for the network finds its databases closed.
            if till.lives == life and till.is_on:
                raise

    def _act(self, till: TillMachine) -> None:
        self.later(self.soon(8000), lambda: self._act(till))
        if not till.is_on:
            return
        mishaps.maybe_light(self, till)
        with self.at(till):
            actions.act(self, till)
        checks.look_at_till(self, till)

    def _sync(self, till: TillMachine) -> None:
        self.later(self.soon(30_000), lambda: self._sync(till))
        if till.is_on and not till.syncing:
            mishaps.maybe_light(self, till)
            self.sync(till, self._hints() if self.chance.random() < 0.6 else None)
            checks.look_at_till(self, till)

    def _hints(self) -> dict[str, int]:
        """Return the heads of the hub's streams, as its hints tell them; some are lost on the way."""
        heads = self.read_hub().execute("SELECT stream, n FROM stream_head ORDER BY stream").fetchall()
        return {stream: head for stream, head in heads if self.chance.random() < 0.9}

    def sync(self, till: TillMachine, hints: dict[str, int] | None = None) -> None:
        """Let a till do one round of syncing, of all or of what hints tell of."""
        with self.at(till):
            outcome = till.sync(hints)
            if outcome is None:
                self.say(till.name, "sync broke off at the disk")
                return
            self.say(
                till.name,
                f"sync pushed {outcome.pushed} pulled {outcome.pulled} waiting {outcome.waiting}"
                + (f" {outcome.error[:60]!r}" if outcome.error else ""),
            )

    def wish(self, method: str, path: str, body: object, done: Callable[[Any], None]) -> None:
        """Ask the hub as the owner or web shop, again and again until there is an answer."""
        wish = Wish(self, self.yard.request(method, path, body), done)
        self.wishes.append(wish)
        wish.ask()

    def wish_beside(self, method: str, path: str, body: object, done: Callable[[Any], None]) -> None:
        """Ask the hub about prices as the owner, again and again until there is an answer."""
        wish = Wish(self, self.yard.request(method, path, body), done, beside=True)
        self.wishes_beside.append(wish)
        wish.ask()

    def refused(self, who: str, what: str, error: DomainError) -> None:
        """Write down that a person was refused something."""
        self.say(who, f"{what} refused: {type(error).__name__} {str(error)[:50]}")

    def run(self, steps: int) -> None:
        """Let a number of things happen, then put everything right and look whether it is."""
        for _till in range(self.weather.tills):
            self.add_till()
        self.calm = False
        self.later(self.soon(15_000), self._shop_keeping)
        self.later(self.soon(20_000), self._mishap)
        offers.begin(self)
        for _step in range(steps):
            self.turn()
            if self.violations:
                return
        self.heal()
        checks.all_is_well(self)
        self.say("world", f"ends as {checks.fingerprint(self)}")

    def _shop_keeping(self) -> None:
        self.later(self.soon(20_000), self._shop_keeping)
        actions.keep_shop(self)

    def _mishap(self) -> None:
        self.later(self.soon(25_000), self._mishap)
        mishaps.happen(self)

    def heal(self) -> None:
        """Make the network perfect, start what is off, finish what was begun, and sync until all is quiet."""
        self.calm = True
        self.say("world", "heals")
        mishaps.put_right(self)
        tender.settle_all(self)
        actions.finish(self)
        for _round in range(MOST_HEALING_ROUNDS):
            before = (self.line.delivered_changes, [checks.waiting(till) for till in self.tills])
            for till in self.tills:
                self.now_ms += 2000
                self.sync(till)
            if before == (self.line.delivered_changes, [checks.waiting(till) for till in self.tills]):
                break


def run_seed(
    seed: int, yard: Yard, steps: int = STEPS, bug: str = "", weather: Mapping[str, float] = NO_MORE
) -> Outcome:
    """Run one seed from its beginning to its checks, with a bug planted in the product if one is named.

    `weather` stands in the place of what the seed would have of its fields.
    """
    with sandbox(seed) as box, plant(bug) if bug else contextlib.nullcontext():
        world = World(seed, yard, box, weather)
        try:
            world.run(steps)
        except Exception as bug:  # whatever the product raises is what the seed found
            where = traceback.extract_tb(bug.__traceback__)[-1]
            place = f"{Path(where.filename).name}:{where.lineno}"
            world.violations.append(f"{type(bug).__name__} at {place}: {bug}")
        finally:
            world.close()
    return Outcome(
        seed=seed,
        steps=steps,
        faults=sum(world.faults.values()),
        trace_hash=hashlib.sha256("\n".join(world.trace).encode()).hexdigest(),
        violations=tuple(world.violations),
        trace=tuple(world.trace),
    )
