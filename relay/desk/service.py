"""Takes each request to its function, and turns what goes wrong into a refusal with its sentence.

Guarantees that every request gets exactly one answer with its `ref`. On the loop's thread; distrusts every client.
"""

from sqlalchemy.exc import IntegrityError

from protocol import envelope
from protocol.desk.events import EndReason, Event, EventError, SessionEnded
from protocol.desk.states import mark
from protocol.envelope import RefusalReason
from protocol.trust import Party, Role
from relay.desk import worktime
from relay.desk.about import AboutRequests
from relay.desk.appointments import Appointments
from relay.desk.complaints import Complaints
from relay.desk.duty import DutyRequests
from relay.desk.edits import Edits
from relay.desk.faces import FaceRequests
from relay.desk.handing import Handing
from relay.desk.kin import KinRequests
from relay.desk.knowledge import KnowledgeRequests
from relay.desk.people import PeopleRequests
from relay.desk.proofs import Proofs
from relay.desk.queue import QueueRequests
from relay.desk.quotes import Quotes
from relay.desk.requesters import Requesters
from relay.desk.room import AgentHandlers, ConsoleHandlers, Requester, Room
from relay.desk.staff import StaffRequests
from relay.desk.talk import TalkRequests
from relay.desk.transfer import TransferRequests
from relay.desk.watching import WatchRequests
from relay.desk.whose import WhoseRequests
from relay.desk.worktime import WorktimeRequests
from relay.errors import Refused, StoreFault, TicketDamaged
from relay.files import Shelf
from relay.sessions import LiveSession, Over, SessionState
from relay.sockets.connection import RelayConnection
from relay.store import THE_DESK

_UNREADABLE = mark("A part of the server's records is damaged; please tell whoever looks after the server.")


class Desk:
    """Everything a client can ask for: each subject brings the requests it handles."""

    def __init__(self, room: Room, shelf: Shelf) -> None:
        """In its `room`; `proofs` runs checks on machines, `shelf` keeps the files."""
        self._room = room
        requesters = Requesters(room)
        talk, knowledge = TalkRequests(room, requesters), KnowledgeRequests(room)
        quotes, complaints = Quotes(room), Complaints(room)
        transfer, faces = TransferRequests(room, requesters, shelf), FaceRequests(room, shelf)
        self._handing = Handing(room, quotes)
        self.proofs, watch = Proofs(room), WatchRequests(room)
        self._from_agent: AgentHandlers = {
            **requesters.handlers(),
            **talk.agent_handlers(),
            **watch.agent_handlers(),
            **self.proofs.agent_handlers(),
            **AboutRequests(room).of_agents(),
            **knowledge.agent_handlers(),
            **quotes.of_agents(),
            **complaints.of_agents(),
            **transfer.agent_handlers(),
            **faces.agent_handlers(),
        }
        self._from_console: ConsoleHandlers = {
            **StaffRequests(room, self.proofs).handlers(),
            **talk.console_handlers(),
            **watch.console_handlers(),
            **self.proofs.console_handlers(),
            **DutyRequests(room).handlers(),
            **PeopleRequests(room).handlers(),
            **knowledge.console_handlers(),
            **self._handing.handlers(),
            **Appointments(room).handlers(),
            **quotes.of_consoles(),
            **complaints.of_consoles(),
            **Edits(room).handlers(),
            **KinRequests(room).handlers(),
            **WhoseRequests(room).handlers(),
            **QueueRequests(room).handlers(),
            **WorktimeRequests(room).handlers(),
            **transfer.console_handlers(),
            **faces.console_handlers(),
        }

    async def for_agent(self, requester: Requester, message: envelope.FromAgent) -> envelope.ToClient:
        """An agent's request and its answer."""
        try:
            return await self._from_agent[type(message)](requester, message)
        except Refused as refused:
            return self._refusal(message.ref, refused, self._room.language_at(requester.party.identifier))
        except (StoreFault, EventError) as fault:
            return self._fault(message.ref, fault, self._room.language_at(requester.party.identifier))

    async def for_console(self, party: Party, message: envelope.FromConsole) -> envelope.ToClient:
        """A console's request and its answer."""
        try:
            return await self._from_console[type(message)](party, message)
        except Refused as refused:
            return self._refusal(message.ref, refused, self._room.store.last_book.register.desk.language)
        except (StoreFault, EventError) as fault:
            return self._fault(message.ref, fault, self._room.store.last_book.register.desk.language)

    @property
    def handled(self) -> tuple[frozenset[type], frozenset[type]]:
        """What agents and consoles can ask."""
        return frozenset(self._from_agent), frozenset(self._from_console)

    async def sweep(self) -> None:
        """Once a second: what the desk sees to by itself. Raises StoreFault; then it is seen to a second later."""
        try:
            await self._handing.sweep()
        except Refused as refused:
            self._room.counts.add("sweep_refused", why=str(refused))

    async def session_over(self, session: LiveSession[RelayConnection], over: Over) -> None:
        """Tells both ends, then writes it down. Raises StoreFault; then it has to be written down later."""
        message = envelope.SessionOver(session.identifier, session.ticket, over.reason, over.worked_s)
        self._room.audience.tell_device(session.device, message)
        self._room.audience.tell_technician(session.staff.identifier, message)
        await self.note_end(session.ticket, session.identifier, over)

    async def note_end(self, number: int, session: str, over: Over) -> None:
        """Writes a session's end into its ticket's history, once, and its time. Raises Refused, StoreFault.

        A time entry that cannot be is counted and left out: it is never the reason why a session has no end.
        """
        try:
            await self._note_end(number, session, over, with_time=True)
        except Refused as refused:
            self._room.counts.add("session_time_not_entered", session=session, why=str(refused))
        except StoreFault as fault:
            if not isinstance(fault.__cause__, IntegrityError):
                raise
            self._room.counts.add("session_time_not_entered", session=session, why=repr(fault.__cause__)[:300])
        else:
            return
        await self._note_end(number, session, over, with_time=False)

    async def _note_end(self, number: int, session: str, over: Over, *, with_time: bool) -> None:
        async with self._room.work() as work:
            ticket = await work.ticket(number)
            if ticket is None or session not in ticket.sessions:
                return
            happened: list[Event] = [SessionEnded(session, over.reason, over.worked_s)]
            if with_time and session in ticket.consented:
                happened += await worktime.of_session(work, session, over.worked_s)
            work.happens(ticket, happened, THE_DESK)

    async def close_left_open(self) -> int:
        """Ends, in the history, the sessions that were under way when the relay was killed. Raises StoreFault."""
        left = await self._room.store.sessions_left_open()
        for number, session, worked_s in left:
            try:
                await self.note_end(number, session, Over(EndReason.LINE_LOST, worked_s))
            except (Refused, TicketDamaged) as refused:  # one ticket's damage keeps nobody else from help
                self._room.counts.add("session_end_refused", session=session, why=str(refused))
        return len(left)

    def offer_again(self, device: str) -> None:
        """A device came back: an offer that it may have missed is made once more."""
        session = self._room.sessions.running_on(device)
        waits = session is not None and session.state in (SessionState.OFFERED, SessionState.HALF)
        if session is not None and waits and Role.DEVICE not in session.ends:
            face = self._room.store.last_book.register.face(session.staff.identifier)
            offered = envelope.SessionOffered(session.identifier, session.ticket, session.staff, face)
            self._room.audience.tell_device(device, offered)

    async def presence_changed(self, device: str) -> None:
        """A device came or went: staff see it on its open tickets. Raises StoreFault."""
        for ticket in await self._room.store.tickets_of(device, limit=50, unfinished=True):
            self._room.audience.tell_staff(envelope.TicketChanged(self._room.view(ticket)))

    def _refusal(self, ref: int, refused: Refused, language: str) -> envelope.RequestRefused:
        self._room.counts.add(f"request_refused_{refused.reason}")
        return envelope.RequestRefused(ref, refused.reason, refused.said(language))

    def _fault(self, ref: int, fault: StoreFault | EventError, language: str) -> envelope.RequestRefused:
        self._room.counts.add("store_fault", why=repr(fault.__cause__)[:300])
        # An event that cannot be read, in a list that no ticket's history was read for.
        told = StoreFault(_UNREADABLE) if isinstance(fault, EventError) else fault
        return envelope.RequestRefused(ref, RefusalReason.FAULT, told.said(language))
