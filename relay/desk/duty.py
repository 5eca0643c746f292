"""Whoever is called says that he has heard it (promise 1)."""

from protocol import envelope
from protocol.envelope import RefusalReason
from protocol.trust import Party
from relay.desk import paging
from relay.desk.room import ConsoleHandlers, Room, by_staff
from relay.errors import Refused


class DutyRequests:
    """One function for each request."""

    def __init__(self, room: Room) -> None:
        """In the desk's `room`."""
        self._room = room

    def handlers(self) -> ConsoleHandlers:
        """What a console may ask."""
        return {envelope.AcknowledgePage: self.acknowledge}

    async def acknowledge(self, party: Party, message: envelope.AcknowledgePage) -> envelope.Ticket:
        """Nobody else is called for it from now on; whoever of the staff says it first."""
        if not paging.acknowledged(await self._room.find(message.ticket), party.identifier):
            raise Refused(RefusalReason.NOT_NOW, "Nobody is called for this ticket, or somebody has heard it already.")
        ticket = await self._room.change(
            message.ticket, lambda now: paging.acknowledged(now, party.identifier), by_staff(party)
        )
        return await self._room.whole(message.ref, ticket, for_staff=True)
