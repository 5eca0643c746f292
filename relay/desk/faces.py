"""Pictures of the staff: set from a console, given out by their hash (promise 4). On the loop's thread.

Guarantees: a technician sets his own, a lead everybody's; what is kept was drawn anew here, never a client's bytes;
only pictures that are somebody's now are given out, and nobody can ask whose there are. Distrusts the bytes.
"""

import asyncio

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Staff, StaffProfile
from protocol.desk.register import Register
from protocol.envelope import RefusalReason
from protocol.trust import Party
from relay.admission import Buckets
from relay.desk.room import AgentHandlers, ConsoleHandlers, Requester, Room, by_staff
from relay.errors import Refused
from relay.files import Shelf
from relay.files.portrait import FROM_CONSOLE, PictureRefused, portrait

FACES_PER_TECHNICIAN = (1 / 60, 10.0)
"""A second, and at once: each takes a moment to draw, some room on the disk until it is swept, and a row for good."""


class FaceRequests:
    """One function for each request."""

    def __init__(self, room: Room, shelf: Shelf) -> None:
        """In the desk's `room`; `shelf` keeps the bytes."""
        self._room, self._shelf = room, shelf
        self._pace = Buckets(*FACES_PER_TECHNICIAN)

    def agent_handlers(self) -> AgentHandlers:
        """What an agent may ask."""
        return {envelope.GetFace: self.get_for_requester}

    def console_handlers(self) -> ConsoleHandlers:
        """What a console may ask."""
        return {envelope.GetFace: self.get_for_staff, envelope.SetFace: self.set_face}

    async def get_for_requester(self, _requester: Requester, message: envelope.GetFace) -> envelope.FaceFound:
        """By the hash that came with a name."""
        return await self._give(message)

    async def get_for_staff(self, _party: Party, message: envelope.GetFace) -> envelope.FaceFound:
        """The same."""
        return await self._give(message)

    async def set_face(self, party: Party, message: envelope.SetFace) -> envelope.FaceKept:
        """Another picture, or none any more; whoever sees a ticket of his sees it at once."""
        self._check_may(party, message.staff)
        sha256 = await self._kept(message.picture) if message.picture else ""
        # Kept before it is named; and named only if it still may be.
        async with self._room.work() as work:
            profile = _check_there(work.book.register, message.staff)
            work.record(work.book.register.new((events.FaceSet(profile.identifier, sha256),)), by_staff(party))
        for ticket in await self._room.store.owned_by(message.staff):
            self._room.announce(ticket)
        return envelope.FaceKept(message.ref, message.staff, sha256)

    def _check_may(self, party: Party, staff: str) -> None:
        register = self._room.store.last_book.register
        asks = register.staff.get(party.identifier)
        profile = _check_there(register, staff)
        if staff != party.identifier and not (asks is not None and asks.lead and not asks.gone):
            raise Refused(RefusalReason.FORBIDDEN, "Only {name} or a lead can change this picture.", name=profile.name)
        if not self._pace.take(party.identifier, self._room.seconds()):
            self._room.counts.add("faces_too_fast", who=party.identifier)
            raise Refused(RefusalReason.TOO_FAST, "That was very much at once; please wait a minute.")

    async def _kept(self, picture: bytes) -> str:
        try:
            drawn = await asyncio.to_thread(portrait, picture, FROM_CONSOLE)
        except PictureRefused as refused:
            self._room.counts.add("face_refused", why=refused.sentence)
            raise Refused(RefusalReason.BAD_INPUT, refused.sentence) from refused
        return await asyncio.to_thread(self._shelf.put, drawn)

    async def _give(self, message: envelope.GetFace) -> envelope.FaceFound:
        book = await self._room.store.book()
        if message.sha256 not in book.register.faces.values():
            raise Refused(RefusalReason.NOT_NOW, "This picture is nobody's any more.")
        picture = await asyncio.to_thread(self._shelf.get, message.sha256)
        if picture is None:
            raise Refused(RefusalReason.NOT_NOW, "This picture is not on the server any more.")
        return envelope.FaceFound(message.ref, picture)


def faces_of(register: Register, *people: Staff | StaffProfile | None) -> tuple[envelope.Face, ...]:
    """The pictures of those who have one, each once."""
    named = dict.fromkeys(one.identifier for one in people if one is not None)
    return tuple(envelope.Face(who, register.faces[who]) for who in named if who in register.faces)


def _check_there(register: Register, staff: str) -> StaffProfile:
    profile = register.staff.get(staff)
    if profile is None or profile.gone:
        raise Refused(RefusalReason.BAD_INPUT, "Nobody of the staff is “{who}”.", who=staff)
    return profile
