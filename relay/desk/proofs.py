"""Checks that the desk has a machine run: kept as proof while they fail, and run again for the solution (promise 10).

Guarantees: a machine answers only for itself, each run once, and nobody waits for one longer than a few seconds. What
is not answered is simply not proved: the requester then reads "not yet verified". On the loop's thread.
"""

import asyncio
import secrets
from collections.abc import Sequence

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import CheckResult, ProofPhase
from protocol.desk.ticket import Ticket
from protocol.envelope import RefusalReason
from protocol.trust import Party
from relay.desk.room import AgentHandlers, ConsoleHandlers, Requester, Room, by_staff
from relay.errors import Refused

ANSWER_S = 5.0
"""A machine that is there reads its figures in milliseconds; a drive that hangs is not waited for."""
RUNS_AT_ONCE = 256
KEPT = 8
"""Checks on one ticket."""


class Proofs:
    """One function for each request; and runs of checks for the rest of the desk."""

    def __init__(self, room: Room) -> None:
        """In the desk's `room`."""
        self._room = room
        self._runs: dict[str, tuple[str, asyncio.Future[CheckResult]]] = {}

    def agent_handlers(self) -> AgentHandlers:
        """What an agent may say."""
        return {envelope.ReportCheck: self.report}

    def console_handlers(self) -> ConsoleHandlers:
        """What a console may ask."""
        return {envelope.KeepCheck: self.keep, envelope.RunProofs: self.run_again}

    async def report(self, requester: Requester, message: envelope.ReportCheck) -> envelope.Done:
        """What a machine found; one that was not asked, or not for this, is counted and nothing more."""
        device, waiting = self._runs.get(message.run, ("", None))
        if waiting is None or device != requester.party.identifier:
            self._room.counts.add("check_nobody_asked_for", device=requester.party.identifier)
        elif not waiting.done():
            waiting.set_result(message.result)
        return envelope.Done(message.ref)

    async def keep(self, party: Party, message: envelope.KeepCheck) -> envelope.Ticket:
        """Runs a check and keeps it with the ticket if it fails: what passes proves nothing."""
        ticket = await self._room.find(message.ticket)
        if len(ticket.proofs.kept) >= KEPT:
            raise Refused(RefusalReason.NOT_NOW, "A ticket keeps {most} checks at most.", most=KEPT)
        result = await self.run(ticket.device, message.check, message.target)
        if result is None:
            raise Refused(RefusalReason.DEVICE_AWAY, "This computer did not answer; the check could not be run.")
        if result.passed:
            raise Refused(
                RefusalReason.NOT_NOW,
                "This check passes at the moment ({value}), so it would prove nothing.",
                value=result.value,
            )
        kept = events.CheckKept(secrets.token_hex(16), ticket.device, result)
        ticket = await self._room.change(message.ticket, lambda _: (kept,), by_staff(party))
        return await self._room.whole(message.ref, ticket, for_staff=True)

    async def run_again(self, party: Party, message: envelope.RunProofs) -> envelope.Ticket:
        """Runs all checks of a ticket now."""
        ticket = await self._room.find(message.ticket)
        ran = await self.results(ticket, phase_of(ticket))
        if not ran:
            raise Refused(RefusalReason.DEVICE_AWAY, "No check of this ticket could be run.")
        ticket = await self._room.change(message.ticket, lambda _: ran, by_staff(party))
        return await self._room.whole(message.ref, ticket, for_staff=True)

    async def results(self, ticket: Ticket, phase: ProofPhase) -> Sequence[events.CheckRan]:
        """What a ticket's checks find now, as far as their machines answer."""
        kept = list(ticket.proofs.kept.items())
        checks = [(proof.device, proof.runs[0].result.check, proof.runs[0].result.target) for _, proof in kept]
        found = await asyncio.gather(*(self.run(*check) for check in checks))
        return [events.CheckRan(key, phase, result) for (key, _), result in zip(kept, found, strict=True) if result]

    async def run(self, device: str, check: str, target: str) -> CheckResult | None:
        """What a machine finds now; None: it is away, or does not answer, or something else than was asked."""
        if not device or len(self._runs) >= RUNS_AT_ONCE:
            return None
        key = secrets.token_hex(16)
        waiting: asyncio.Future[CheckResult] = asyncio.get_running_loop().create_future()
        self._runs[key] = device, waiting
        try:
            if not self._room.audience.tell_device(device, envelope.RunCheck(key, check, target)):
                return None
            async with asyncio.timeout(ANSWER_S):
                result = await waiting
        except TimeoutError:
            self._room.counts.add("check_not_answered", device=device)
            return None
        finally:
            del self._runs[key]
        return result if (result.check, result.target) == (check, target) else None


def phase_of(ticket: Ticket) -> ProofPhase:
    """What a check proves that is run by hand: that it is solved, once it is said to be."""
    return ProofPhase.BEFORE if ticket.is_open else ProofPhase.AT_SOLUTION
