"""The simulated network between tills and hub: it loses, cuts, duplicates, delays and reorders."""

import random
from typing import TYPE_CHECKING

import httpx

from tests.sim.letters import Answer, Request
from tests.sim.sandbox import Machine, SimulatedCrash
from tests.sim.tills import TillMachine

if TYPE_CHECKING:
    from tests.sim.world import World

TROUBLES = (
    "request lost",
    "answer lost",
    "answer cut",
    "portal",
    "doubled",
    "late again",
    "hub dies over it",
    "hub disk",
    "503",
    "429",
    "413",
)


class Line:
    """Carries requests between machines that may each be gone when the answer comes."""

    def __init__(self, world: "World") -> None:
        """A line to a world's hub."""
        self.world = world
        self.delivered_changes = 0
        """How many requests that may have changed something at the hub were answered well."""

    def carry(self, machine: Machine, request: Request) -> Answer:
        """Bring a till's request to the hub and the answer back, or not."""
        world = self.world
        assert isinstance(machine, TillMachine)
        life = machine.lives
        world.meanwhile()
        _still_there(machine, life)
        if world.now_ms < machine.cut_off_until_ms and not world.calm:
            raise httpx.ConnectError("no route")
        bad = not world.calm and world.chance.random() < world.weather.line_trouble
        trouble = world.chance.choice(TROUBLES) if bad else ""
        if trouble:
            world.fault(trouble)
            world.say(machine.name, f"~~ {request.path}: {trouble}")
        answer = self._with(trouble, request)
        world.meanwhile()
        _still_there(machine, life)
        return answer

    def _with(self, trouble: str, request: Request) -> Answer:
        match trouble:
            case "request lost":
                raise httpx.ReadTimeout("lost")
            case "answer lost":
                self.deliver(request)
                raise httpx.ReadTimeout("lost")
            case "answer cut":
                return self._cut(self.deliver(request))
            case "portal":
                page = b"<html>Welcome to the hotel</html>"
                return Answer(status_code=200, content=page)
            case "doubled":
                self.deliver(request)
                return self.deliver(request)
            case "late again":
                # A copy hangs somewhere and arrives when the till is long past it.
                self.world.later(self.world.soon(60_000), lambda: self._arrive_late(request))
                return self.deliver(request)
            case "hub dies over it":
                return self.deliver(request, dies=True)
            case "hub disk":
                return self.deliver(request, disk=True)
            case "503" | "429" | "413":
                return Answer(status_code=int(trouble), headers={"retry-after": "1"})
            case _:
                return self.deliver(request)

    def _cut(self, answer: Answer) -> Answer:
        content = answer.content[: self.world.chance.randrange(max(len(answer.content), 1))]
        return Answer(status_code=answer.status_code, content=content)

    def _arrive_late(self, request: Request) -> None:
        try:
            answer = self.deliver(request)
            self.world.say("line", f"late {request.path}: {answer.status_code}")
        except httpx.HTTPError:
            self.world.say("line", f"late {request.path}: nobody there")

    def straight(self, request: Request, chance: random.Random) -> Answer | None:
        """Bring a request of the owner or the web shop, who have a better line; None for no answer."""
        try:
            answer = self.deliver(request, chance)
        except httpx.HTTPError:
            return None
        # What is gone is not found a second time; all else is answered twice in the same way.
        may_be_lost = not self.world.calm and request.method != "DELETE"
        lost = self.world.weather.lost_answers if may_be_lost else 0.0
        if lost and chance.random() < lost:
            self.world.faults["an owner's answer lost"] += 1
            return None
        return answer

    def deliver(
        self,
        request: Request,
        chance: random.Random | None = None,
        *,
        dies: bool = False,
        disk: bool = False,
    ) -> Answer:
        """Let a living process of the hub answer; raise httpx.HTTPError when none does."""
        from tests.sim import mishaps

        alive = [one for one in self.world.processes if one.is_on]
        if not alive:
            raise httpx.ConnectError("nobody listens")
        process = (chance or self.world.chance).choice(alive)
        if dies or disk:
            process.light(self.world.chance.randint(1, 40), crash=dies)
        try:
            answer = process.handle(request)
        except SimulatedCrash as crash:
            if crash.machine is not process:
                raise
            mishaps.process_died(self.world, process)
            raise httpx.RemoteProtocolError("closed") from None
        if dies:
            # It survived the request, but not the answer: between commit and answer.
            process.on_fault("crash after commit")
            mishaps.process_died(self.world, process)
            raise httpx.RemoteProtocolError("closed")
        process.fuse = 0
        if answer.status_code == 500:
            self.world.violations.append(f"the hub met an error of its own at {request.path}")
        if request.method != "GET" and answer.status_code == 200 and request.path != "/v1/hello":
            self.delivered_changes += 1
        return answer


def _still_there(machine: TillMachine, life: int) -> None:
    if machine.lives != life or not machine.is_on:
        raise SimulatedCrash(machine)
