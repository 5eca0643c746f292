"""What an agent may ask: for help, and about its own device's tickets. Distrusts the agent in everything it says."""

from protocol import consent, envelope, limits
from protocol.desk import events
from protocol.desk.coming_back import reopen_until
from protocol.desk.events import EndReason
from protocol.desk.ticket import Ticket
from protocol.envelope import RefusalReason
from protocol.trust import Party
from protocol.trust.names import one_line
from relay.admission import Buckets
from relay.desk.room import LISTED, AgentHandlers, Requester, Room, by_requester, no_such_session
from relay.errors import Refused, StoreFault
from relay.sessions.states import SessionStepRefused
from relay.store import By


class Requesters:
    """One function for each of an agent's requests."""

    def __init__(self, room: Room) -> None:
        """In the desk's `room`."""
        self._room = room
        self._writes = Buckets(*limits.WRITES_PER_DEVICE)

    def handlers(self) -> AgentHandlers:
        """What an agent may ask."""
        return {
            envelope.OpenTicket: self.open_ticket,
            envelope.ListMyTickets: self.list_tickets,
            envelope.ReadTicket: self.read_ticket,
            envelope.AddMessage: self.add_message,
            envelope.GiveVerdict: self.give_verdict,
            envelope.CancelTicket: self.cancel_ticket,
            envelope.ReopenTicket: self.reopen_ticket,
            envelope.ProlongBudget: self.prolong_budget,
            envelope.ReportConsent: self.report_consent,
            envelope.ReportEnd: self.report_end,
        }

    async def open_ticket(self, requester: Requester, message: envelope.OpenTicket) -> envelope.Ticket:
        """A new ticket; the same one again for a request that was sent again."""
        room, party = self._room, requester.party
        mine = await room.store.tickets_of(party.identifier, limits.OPEN_TICKETS_PER_DEVICE, unfinished=True)
        known = next((ticket for ticket in mine if ticket.request == message.request), None)
        if known is not None:
            await self.own(requester, known.number)
            return await room.whole(message.ref, known, for_staff=False)
        if len(mine) >= limits.OPEN_TICKETS_PER_DEVICE:
            raise Refused(
                RefusalReason.NOT_NOW,
                "There are {count} open requests from this computer already; please add to one of them.",
                count=limits.OPEN_TICKETS_PER_DEVICE,
            )
        self.check_pace(party)
        # Anything may be typed there, also what would look like a technician's line in the console's list.
        name = one_line(message.requester)
        if not name:
            raise Refused(RefusalReason.BAD_INPUT, "The name has no character that could be shown.")
        opened = events.Opened(
            request=message.request,
            device=party.identifier,
            device_label=party.name,
            requester=name,
            problem=message.problem,
            urgency=message.urgency,
            minutes=message.minutes,
            diagnostics=message.diagnostics,
            asked_at=message.asked_at,
        )
        ticket, _ = await room.open(opened, by_requester(party, name))
        return await room.whole(message.ref, ticket, for_staff=False)

    async def list_tickets(self, requester: Requester, message: envelope.ListMyTickets) -> envelope.Tickets:
        """This device's, newest first."""
        device, register = requester.party.identifier, (await self._room.store.book()).register
        tickets = [t for t in await self._room.store.tickets_of(device, LISTED) if register.speaks_for(device, t)]
        return self._room.listed(message.ref, tickets, for_staff=False)

    async def read_ticket(self, requester: Requester, message: envelope.ReadTicket) -> envelope.Ticket:
        """One of this device's tickets, without what staff wrote to each other."""
        ticket = await self.own(requester, message.ticket)
        return await self._room.whole(message.ref, ticket, for_staff=False)

    async def add_message(self, requester: Requester, message: envelope.AddMessage) -> envelope.Ticket:
        """The user writes something on one of this device's tickets."""
        if message.internal:
            raise Refused(RefusalReason.FORBIDDEN, "Only staff can write internal messages.")
        written = events.MessageAdded(message.text, mark=message.mark)
        return await self.happens(requester, message.ref, message.ticket, written, mark=message.mark)

    async def give_verdict(self, requester: Requester, message: envelope.GiveVerdict) -> envelope.Ticket:
        """Solved: the ticket closes, and nothing else closes it (promise 18). Not solved: work goes on."""
        if not message.solved:
            return await self.happens(requester, message.ref, message.ticket, events.NotSolved(message.text))
        said = (events.MessageAdded(message.text),) if message.text else ()
        return await self.happens(requester, message.ref, message.ticket, events.Accepted(), *said)

    async def cancel_ticket(self, requester: Requester, message: envelope.CancelTicket) -> envelope.Ticket:
        """The user needs no help any more; a session under way ends with it."""
        return await self.happens(requester, message.ref, message.ticket, events.Cancelled())

    async def reopen_ticket(self, requester: Requester, message: envelope.ReopenTicket) -> envelope.Ticket:
        """It goes on; sent again, it is open already."""
        room, own = self._room, await self.own(requester, message.ticket)
        if own.is_open:
            return await room.whole(message.ref, own, for_staff=False)
        until = reopen_until(own, (await room.store.book()).register.desk.reopen_days)
        if until is not None and room.clock() >= until:
            raise Refused(
                RefusalReason.NOT_NOW, "This request was closed long ago. Please ask anew; it can be named there."
            )
        return await self.happens(requester, message.ref, message.ticket, events.Reopened(message.text))

    async def prolong_budget(self, requester: Requester, message: envelope.ProlongBudget) -> envelope.Ticket:
        """His time is his: only he says that it is more (promise 30)."""
        own = await self.own(requester, message.ticket)
        if not own.is_open:
            raise Refused(RefusalReason.NOT_NOW, "Nobody works on this request any more; your time is safe.")
        if message.minutes <= own.minutes:  # sent again, or overtaken
            return await self._room.whole(message.ref, own, for_staff=False)
        return await self.happens(requester, message.ref, message.ticket, events.BudgetProlonged(message.minutes))

    async def report_consent(self, requester: Requester, message: envelope.ReportConsent) -> envelope.Done:
        """The user allowed a session. The signature, and that it is for this session, are checked before it counts."""
        room = self._room
        session = room.sessions.find(message.session)
        if session is None or session.device != requester.party.identifier:
            raise no_such_session()
        if session.consents >= limits.CONSENTS_PER_SESSION:
            raise Refused(RefusalReason.TOO_FAST, "Too much was asked for in this session.")
        given = self._read_consent(requester, message)
        if given.ticket != session.ticket or given.technician != session.technician:
            raise Refused(RefusalReason.BAD_INPUT, "The consent was given to somebody else, or for another ticket.")
        happened = events.SessionConsented(
            session=given.session,
            staff=session.staff,
            scopes=given.scopes,
            begin=given.begin,
            end=given.end,
            consent=message.consent,
        )
        ticket = await room.find(session.ticket)
        if not (await room.store.book()).register.speaks_for(session.device, ticket):
            # While the question was on the screen, the machine or the ticket became somebody else's.
            room.sessions.end(session, EndReason.FAULT)
            raise Refused(RefusalReason.NOT_YOURS, "This ticket belongs to another computer.")
        if ticket.agreements.work_waits_for_a_yes(room.clock()):
            # Named while the question was on the screen: the work begins once the price is answered (promise 11).
            room.sessions.end(session, EndReason.FAULT)
            raise Refused(RefusalReason.NOT_NOW, "There is an offer for this work; please answer that first.")
        by = await self._by(requester, ticket.number)
        try:
            # Before it is written down: the minutes run from when the user said yes, not from when the disk was done.
            session.consent((given.end - given.begin).total_seconds(), room.seconds())
        except SessionStepRefused as error:
            raise Refused(RefusalReason.NOT_NOW, "Nobody is there for this consent.") from error
        try:
            await room.change(session.ticket, lambda _: (happened,), by)
        except StoreFault:
            if room.sessions.find(session.identifier) is session:
                room.sessions.end(session, EndReason.FAULT)  # no session without its consent in the history
            raise
        return envelope.Done(message.ref)

    async def report_end(self, requester: Requester, message: envelope.ReportEnd) -> envelope.Done:
        """Why a session is over, as the user's side knows it."""
        return self._room.report_end(requester.party, message)

    # --- inside
    def _read_consent(self, requester: Requester, message: envelope.ReportConsent) -> consent.Consent:
        try:
            given = consent.read(message.consent, device_leaf=requester.leaf)
        except consent.ConsentError as error:
            self._room.counts.add("bad_consent", device=requester.party.identifier, why=str(error))
            raise Refused(RefusalReason.BAD_INPUT, "The consent does not hold: {why}.", why=error) from error
        now = self._room.clock()
        skew = limits.CLOCK_SKEW_S + limits.CONSENT_ANSWER_S
        if given.session != message.session or abs((now - given.begin).total_seconds()) > skew:
            self._room.counts.add("bad_consent", device=requester.party.identifier, why="another session or time")
            raise Refused(RefusalReason.BAD_INPUT, "The consent was given in another session, or at another time.")
        return given

    async def own(self, requester: Requester, number: int) -> Ticket:
        """One of this device's tickets. Raises Refused."""
        return await self._room.find_of(number, requester.party.identifier)

    async def happens(
        self, requester: Requester, ref: int, number: int, *happened: events.Event, mark: str = ""
    ) -> envelope.Ticket:
        """Lets something happen to one of this device's tickets, once for each `mark`. Raises Refused, StoreFault."""
        own = await self.own(requester, number)
        self.check_pace(requester.party)
        return await self.write(requester, ref, own, *happened, mark=mark)

    async def write(
        self, requester: Requester, ref: int, own: Ticket, *happened: events.Event, mark: str = ""
    ) -> envelope.Ticket:
        """The same for what `check_pace` let through before, on a ticket that is known to be his own."""
        number = own.number
        by = await self._by(requester, number)
        # Whatever is said on a ticket that was merged is said where it goes on.
        said = all(isinstance(event, events.MessageAdded) for event in happened)
        goes_on = await self._room.goes_on(own) if said else own
        ticket = await self._room.change(goes_on.number, lambda now: () if mark and mark in now.marks else happened, by)
        self._room.end_if_over(ticket, EndReason.USER_STOPPED)
        if goes_on.number != number:
            ticket = own
        return await self._room.whole(ref, ticket, for_staff=False)

    async def _by(self, requester: Requester, number: int) -> By:
        register = (await self._room.store.book()).register
        return by_requester(requester.party, register.requester_of(await self._room.find(number)))

    def check_pace(self, party: Party) -> None:
        """Takes one of the writes that a device has. Raises Refused when there is none left."""
        if not self._writes.take(party.identifier, self._room.seconds()):
            self._room.counts.add("writes_too_fast", device=party.identifier)
            raise Refused(RefusalReason.TOO_FAST, "That was very much at once; please wait a minute.")
