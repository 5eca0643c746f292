"""What a console may ask: about every ticket, in the name its certificate gives, and never to close one."""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from protocol import envelope
from protocol.desk import events
from protocol.desk.clashes import between
from protocol.desk.events import EndReason, ProofPhase
from protocol.desk.overview import judged
from protocol.desk.placing import check_taking
from protocol.desk.states import TicketState, mark
from protocol.desk.ticket import Ticket
from protocol.envelope import RefusalReason
from protocol.trust import Party
from relay.desk import clashes
from relay.desk.edits import losses
from relay.desk.proofs import Proofs
from relay.desk.room import ConsoleHandlers, Room, as_staff, by_staff, no_such_session
from relay.errors import Refused, RelayError
from relay.sessions import LiveSession, SessionState
from relay.sockets.connection import RelayConnection


class StaffRequests:
    """One function for each of a console's requests; `party` is the technician as certified."""

    def __init__(self, room: Room, proofs: Proofs) -> None:
        """In the desk's `room`; `proofs` runs the checks that were kept."""
        self._room, self._proofs = room, proofs

    def handlers(self) -> ConsoleHandlers:
        """What a console may ask."""
        return {
            envelope.ReadTicket: self.read_ticket,
            envelope.TakeTicket: self.take_ticket,
            envelope.SetNextStep: self.set_next_step,
            envelope.AddMessage: self.add_message,
            envelope.RequestSession: self.request_session,
            envelope.AddSessionNote: self.add_session_note,
            envelope.AddSessionFigures: self.add_session_figures,
            envelope.ResolveTicket: self.resolve_ticket,
            envelope.ReportEnd: self.report_end,
            envelope.GiveVerdict: self.give_verdict,
            envelope.CancelTicket: self.give_verdict,
        }

    async def read_ticket(self, _party: Party, message: envelope.ReadTicket) -> envelope.Ticket:
        """One ticket, whole."""
        return await self._room.whole(message.ref, await self._room.find(message.ticket), for_staff=True)

    async def take_ticket(self, party: Party, message: envelope.TakeTicket) -> envelope.Ticket:
        """Judge it, own it, begin: urgency is judged for every ticket before work (promise 25)."""
        room, his = self._room, await self._room.store.owned_by(party.identifier)

        def decide(ticket: Ticket) -> Sequence[events.Event]:
            check_taking(ticket, party.identifier)
            taken = replace(ticket, owner=as_staff(party))
            return (
                judged(message.impact, message.urgency, ticket.loss_per_hour, losses(self._room, ticket)),
                events.Assigned(as_staff(party)),
                events.Started(),
                events.NextStepSet(message.next_step, message.due or self._room.due(ticket)),
                *clashes.notices_of(room.store.last_book, taken, between(taken, his, room.clock())),
            )

        return await room.edit(party, message, decide)

    async def set_next_step(self, party: Party, message: envelope.SetNextStep) -> envelope.Ticket:
        """What happens next, and when (promise 16)."""

        def decide(ticket: Ticket) -> Sequence[events.Event]:
            if not ticket.is_open:
                raise Refused(RefusalReason.NOT_NOW, "Only an open ticket has a next step.")
            return (events.NextStepSet(message.next_step, message.due or self._room.due(ticket)),)

        return await self._room.edit(party, message, decide)

    async def add_message(self, party: Party, message: envelope.AddMessage) -> envelope.Ticket:
        """To the requester, or to the other staff."""
        written = events.MessageAdded(message.text, message.internal)
        return await self._happens(party, message.ref, message.ticket, written)

    async def resolve_ticket(self, party: Party, message: envelope.ResolveTicket) -> envelope.Ticket:
        """The technician thinks it is solved; the requester has the last word. A session under way ends with it."""
        # The checks that failed are run again first: the requester reads whether it is verified (promise 10).
        ran = await self._proofs.results(await self._room.find(message.ticket), ProofPhase.AT_SOLUTION)
        resolved = events.Resolved(message.solution, message.alternatives)
        answer = await self._room.edit(party, message, lambda _: (*ran, resolved))
        self._room.end_if_over(await self._room.find(message.ticket), EndReason.TECHNICIAN_LEFT)
        return answer

    async def add_session_note(self, party: Party, message: envelope.AddSessionNote) -> envelope.Ticket:
        """What was done in a session, by whoever did it."""
        number = await self._own(party, message.session, mark("Only the technician of a session can write its note."))
        return await self._happens(party, message.ref, number, events.SessionNoted(message.session, message.text))

    async def add_session_figures(self, party: Party, message: envelope.AddSessionFigures) -> envelope.Done:
        """How the picture of a session travelled, by whoever saw it; once."""
        number = await self._own(
            party, message.session, mark("Only a session's technician can say how its picture was.")
        )
        measured = events.SessionMeasured(message.session, message.samples)
        for _, entry in await self._room.store.history(number):
            if isinstance(entry.event, events.SessionMeasured) and entry.event.session == message.session:
                raise Refused(RefusalReason.NOT_NOW, "The figures of this session are in the history already.")
        await self._room.change(number, lambda _: (measured,), by_staff(party))
        return envelope.Done(message.ref)

    async def request_session(self, party: Party, message: envelope.RequestSession) -> envelope.SessionReady:
        """Offers a session to the ticket's device; the user is asked at its other end (promises 5, 25)."""
        room = self._room
        ticket = await room.find(message.ticket)
        _check_workable(ticket, room.clock())
        _check_same_user(room, ticket)
        self._check_free(ticket, party, instead=message.instead)
        identifier, staff = secrets.token_hex(16), as_staff(party)
        # Taken before the disk is asked, so that no second request comes between.
        session = room.sessions.offer(identifier, ticket.number, ticket.device, staff, party.fingerprint)
        await asyncio.sleep(0)  # the end of a session whose line was lost goes into the history before this one

        def decide(now: Ticket) -> Sequence[events.Event]:
            _check_workable(now, room.clock())
            _check_same_user(room, now)
            return (events.SessionRequested(identifier, staff, message.scopes),)

        try:
            await room.change(ticket.number, decide, by_staff(party))
        except RelayError:
            room.sessions.withdraw(session)
            raise
        face = room.store.last_book.register.face(staff.identifier)
        offer = envelope.SessionOffered(identifier, ticket.number, staff, face)
        offered = room.audience.tell_device(ticket.device, offer)
        if session.state is SessionState.ENDED or not offered:
            if session.state is not SessionState.ENDED:
                room.sessions.end(session, EndReason.LINE_LOST)
            raise _away()
        return envelope.SessionReady(message.ref, identifier, ticket.number, ticket.device)

    async def report_end(self, party: Party, message: envelope.ReportEnd) -> envelope.Done:
        """Why a session is over, as the technician's side knows it."""
        return self._room.report_end(party, message)

    async def give_verdict(
        self, _party: Party, message: envelope.GiveVerdict | envelope.CancelTicket
    ) -> envelope.Ticket:
        """Never a technician's (promise 18)."""
        await self._room.find(message.ticket)
        raise Refused(
            RefusalReason.FORBIDDEN,
            "Only the requester can say that it is solved, or not needed any more; what you can do is to resolve it.",
        )

    # --- inside
    async def _own(self, party: Party, session: str, sentence: str) -> int:
        """The ticket a session was for. Raises Refused, with this sentence when it was another technician's."""
        found = await self._room.store.requested_session(session)
        if found is None:
            raise no_such_session()
        number, requested = found
        if requested.staff.identifier != party.identifier:
            raise Refused(RefusalReason.FORBIDDEN, sentence)
        return number

    async def _happens(self, party: Party, ref: int, number: int, *happened: events.Event) -> envelope.Ticket:
        ticket = await self._room.change(number, lambda _: happened, by_staff(party))
        return await self._room.whole(ref, ticket, for_staff=True)

    def _check_free(self, ticket: Ticket, party: Party, *, instead: bool) -> None:
        """Ends the session that makes way for this one, if it does. Raises Refused."""
        if not self._room.audience.online(ticket.device):
            raise _away()
        running = self._room.sessions.running_on(ticket.device)
        if running is not None and running.interrupted_at is not None and running.staff.identifier == party.identifier:
            self._room.sessions.end(running, EndReason.TECHNICIAN_LEFT)  # who begins anew does not wait for the old one
            running = None
        if running is not None and instead and _makes_way(running, ticket, party):
            self._room.sessions.end(running, EndReason.HANDED_OVER)
            running = None
        if running is not None:
            raise self._taken(running, party)

    def _taken(self, running: LiveSession[RelayConnection], party: Party) -> Refused:
        """Whose session it is, and since when."""
        if running.staff.identifier == party.identifier:
            sentence = mark("You have a session on this computer already, on ticket {number}.")
            return Refused(RefusalReason.SESSION_RUNNING, sentence, number=running.ticket)
        since = self._room.allowed_since(running)
        if since is None:
            sentence = mark("{name} is asking the user of this computer just now, on ticket {number}.")
            return Refused(RefusalReason.SESSION_RUNNING, sentence, name=running.staff.name, number=running.ticket)
        sentence = mark("{name} has had a session on this computer for {minutes} min, on ticket {number}.")
        minutes = int((self._room.clock() - since).total_seconds()) // 60
        facts = {"name": running.staff.name, "minutes": minutes, "number": running.ticket}
        return Refused(RefusalReason.SESSION_RUNNING, sentence, **facts)


def _makes_way(running: LiveSession[RelayConnection], ticket: Ticket, party: Party) -> bool:
    """Whether somebody else's session ends for one of `party`: where the ticket is his, and not the other's."""
    owner = ticket.owner.identifier if ticket.owner else ""
    return running.ticket == ticket.number and owner == party.identifier != running.staff.identifier


def _check_workable(ticket: Ticket, now: datetime) -> None:
    if not ticket.is_open:
        raise Refused(RefusalReason.NOT_NOW, "There is no session without an open ticket, and this one is not open.")
    if ticket.priority is None or ticket.owner is None:
        raise Refused(RefusalReason.NOT_NOW, "Take the ticket first: its urgency has to be judged before work begins.")
    if ticket.state is not TicketState.IN_PROGRESS:
        raise Refused(RefusalReason.NOT_NOW, "The ticket is not being worked on; take it up first.")
    if ticket.agreements.work_waits_for_a_yes(now):
        raise Refused(
            RefusalReason.NOT_NOW, "The customer has not answered your offer yet: the work begins once he has said yes."
        )


def _check_same_user(room: Room, ticket: Ticket) -> None:
    """Whoever sits there now never asked for this: his screen is no part of another's ticket (promise 5)."""
    if ticket.device and not room.store.last_book.register.speaks_for(ticket.device, ticket):
        raise Refused(
            RefusalReason.FORBIDDEN,
            "This computer is not the requester's, as far as is known; an administrator can say whose it is.",
        )


def _away() -> Refused:
    return Refused(RefusalReason.DEVICE_AWAY, "This computer cannot be reached at the moment.")
