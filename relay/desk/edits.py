"""What technicians say of a ticket while they work on it: urgency, loss, kind, waiting, estimate (promises 15, 25, 43).

Guarantees that nothing is overwritten in silence: a request made of an older revision is refused, with the name of
whoever changed the ticket in the meantime.
"""

from collections.abc import Sequence

from protocol import envelope
from protocol.desk import events
from protocol.desk.contract import LossLevels
from protocol.desk.overview import judged, raised_by_loss
from protocol.desk.ticket import Ticket
from protocol.envelope import RefusalReason
from protocol.trust import Party
from relay.desk.room import ConsoleHandlers, Room
from relay.errors import Refused


class Edits:
    """One function for each request."""

    def __init__(self, room: Room) -> None:
        """In the desk's `room`."""
        self._room = room

    def handlers(self) -> ConsoleHandlers:
        """What a console may ask."""
        return {
            envelope.JudgeTicket: self.judge,
            envelope.OverridePriority: self.override,
            envelope.StateLoss: self.state_loss,
            envelope.SetKind: self.set_kind,
            envelope.HoldTicket: self.hold,
            envelope.ResumeTicket: self.resume,
            envelope.SetEstimate: self.estimate,
        }

    async def judge(self, party: Party, message: envelope.JudgeTicket) -> envelope.Ticket:
        """Impact and urgency; a loss that was stated before counts."""

        def decide(ticket: Ticket) -> Sequence[events.Event]:
            return (judged(message.impact, message.urgency, ticket.loss_per_hour, losses(self._room, ticket)),)

        return await self._room.edit(party, message, decide)

    async def override(self, party: Party, message: envelope.OverridePriority) -> envelope.Ticket:
        """A priority by hand, with its reason."""
        happened = (events.PriorityOverridden(message.priority, message.reason),)
        return await self._room.edit(party, message, lambda _: happened)

    async def state_loss(self, party: Party, message: envelope.StateLoss) -> envelope.Ticket:
        """What it costs; raises the impact when it costs enough."""

        def decide(ticket: Ticket) -> Sequence[events.Event]:
            raised = raised_by_loss(ticket, message.per_hour, losses(self._room, ticket))
            stated = events.LossStated(message.per_hour, self._room.currency(ticket))
            return (stated,) if raised is None else (stated, raised)

        return await self._room.edit(party, message, decide)

    async def set_kind(self, party: Party, message: envelope.SetKind) -> envelope.Ticket:
        """Another kind."""

        def decide(ticket: Ticket) -> Sequence[events.Event]:
            return () if ticket.kind is message.kind else (events.KindSet(message.kind, message.reason),)

        return await self._room.edit(party, message, decide)

    async def hold(self, party: Party, message: envelope.HoldTicket) -> envelope.Ticket:
        """On hold, and for what; a day that is over holds nothing."""
        if message.until is not None and message.until <= self._room.clock():
            raise Refused(RefusalReason.BAD_INPUT, "The day until which a ticket is on hold lies ahead.")
        happened = (events.OnHold(message.reason, message.until, message.text),)
        return await self._room.edit(party, message, lambda _: happened)

    async def resume(self, party: Party, message: envelope.ResumeTicket) -> envelope.Ticket:
        """Work goes on."""
        return await self._room.edit(party, message, lambda _: (events.Resumed(),))

    async def estimate(self, party: Party, message: envelope.SetEstimate) -> envelope.Ticket:
        """When it is solved; the requester reads it."""
        if message.done_by <= self._room.clock():
            raise Refused(RefusalReason.BAD_INPUT, "An estimate lies ahead.")

        def decide(ticket: Ticket) -> Sequence[events.Event]:
            if not ticket.is_open:
                raise Refused(RefusalReason.NOT_NOW, "Only an open ticket has an estimate.")
            return (events.EstimateSet(message.done_by, message.work_min),)

        return await self._room.edit(party, message, decide)


def losses(room: Room, ticket: Ticket) -> LossLevels:
    """From which loss on the customer's contract raises the impact."""
    contract = room.store.last_book.register.contract_of(ticket.customer)
    return LossLevels() if contract is None else contract.in_force(room.clock()).losses
