"""Files that come with a ticket, through the windows: taken in part by part, and given out again.

Guarantees: a file is kept before the message that names it, and only once nothing speaks against that message; it is
given only to who may read that message; what is held while it comes is bounded, for each sender and in all, and so is
what each sender brings to the disk in an hour. Distrusts names, sizes and order.
"""

import asyncio
import dataclasses

from protocol import envelope, limits
from protocol.desk import events
from protocol.desk.events import Attachment, Entry
from protocol.desk.ticket import Ticket
from protocol.envelope import RefusalReason
from protocol.envelope.files import GOT_BYTES, PUT_BYTES
from protocol.trust import Party
from protocol.trust.names import one_line
from relay.admission import Buckets
from relay.desk.requesters import Requesters
from relay.desk.room import AgentHandlers, ConsoleHandlers, Requester, Room, by_staff
from relay.desk.views import for_requester
from relay.errors import Refused
from relay.files import Shelf

HELD_BYTES = 64 * 1024 * 1024
"""Of all files that are coming just now."""
IDLE_S = 20.0
"""One that has not gone on for so long makes room for others; a part takes ten seconds on the slowest of lines."""


@dataclasses.dataclass(slots=True)
class _Coming:
    begun: envelope.BeginFile
    touched_s: float
    data: bytearray = dataclasses.field(default_factory=bytearray)

    @property
    def held(self) -> int:
        """What came and the part that is expected: a promise alone takes nobody's room."""
        return min(self.begun.size_bytes, len(self.data) + PUT_BYTES)


class TransferRequests:
    """One function for each request, of both sides."""

    def __init__(self, room: Room, requesters: Requesters, shelf: Shelf) -> None:
        """In the desk's `room`; `requesters` knows whose ticket is whose, `shelf` keeps the bytes."""
        self._room, self._requesters, self._shelf = room, requesters, shelf
        self._coming: dict[str, _Coming] = {}
        self._bytes = Buckets(*limits.FILE_BYTES_PER_SENDER)

    def agent_handlers(self) -> AgentHandlers:
        """What an agent may ask."""
        return {
            envelope.BeginFile: self.begin_of_requester,
            envelope.PutPart: self.put_of_requester,
            envelope.GetPart: self.get_for_requester,
        }

    def console_handlers(self) -> ConsoleHandlers:
        """What a console may ask."""
        return {
            envelope.BeginFile: self.begin_of_staff,
            envelope.PutPart: self.put_of_staff,
            envelope.GetPart: self.get_for_staff,
        }

    # --- the requester
    async def begin_of_requester(self, requester: Requester, message: envelope.BeginFile) -> envelope.ToClient:
        """A file of the user's, for one of this device's tickets."""
        if message.internal:
            raise Refused(RefusalReason.FORBIDDEN, "Only staff can write internal messages.")
        own, known = await self._may_add(requester, message)
        if known:
            return await self._room.whole(message.ref, own, for_staff=False)
        who = f"device {requester.party.identifier}"
        if not self._is_coming(who, message):
            self._requesters.check_pace(requester.party)
        return self._begin(who, message)

    async def put_of_requester(self, requester: Requester, message: envelope.PutPart) -> envelope.ToClient:
        """The next part of it."""
        coming = self._take(f"device {requester.party.identifier}", message)
        if isinstance(coming, envelope.PartTaken):
            return coming
        # Once more, before it is on the disk: much may have happened since it was begun.
        own, known = await self._may_add(requester, coming.begun)
        if known:
            return await self._room.whole(message.ref, own, for_staff=False)
        written = await self._keep(coming)
        return await self._requesters.write(requester, message.ref, own, written, mark=coming.begun.mark)

    async def get_for_requester(self, requester: Requester, message: envelope.GetPart) -> envelope.FilePart:
        """Of a file that came with what he may read."""
        own = await self._requesters.own(requester, message.ticket)
        seen = for_requester(await self._room.store.history(own.number))
        return await self._give([entry for _, entry in seen], message)

    # --- staff
    async def begin_of_staff(self, party: Party, message: envelope.BeginFile) -> envelope.ToClient:
        """A file of a technician's."""
        ticket = await self._room.find(message.ticket)
        if message.mark in ticket.marks:
            return await self._room.whole(message.ref, ticket, for_staff=True)
        return self._begin(f"technician {party.identifier}", message)

    async def put_of_staff(self, party: Party, message: envelope.PutPart) -> envelope.ToClient:
        """The next part of it."""
        coming = self._take(f"technician {party.identifier}", message)
        if isinstance(coming, envelope.PartTaken):
            return coming
        mark, now = coming.begun.mark, await self._room.find(coming.begun.ticket)
        if mark in now.marks:
            return await self._room.whole(message.ref, now, for_staff=True)
        written = await self._keep(coming)

        def decide(ticket: Ticket) -> tuple[events.Event, ...]:
            return () if mark in ticket.marks else (written,)

        ticket = await self._room.change(coming.begun.ticket, decide, by_staff(party))
        return await self._room.whole(message.ref, ticket, for_staff=True)

    async def get_for_staff(self, _party: Party, message: envelope.GetPart) -> envelope.FilePart:
        """Of a file that came with a ticket, or with one that goes on in it."""
        ticket = await self._room.find(message.ticket)
        history = await self._room.whole_history(ticket, for_staff=True)
        return await self._give([entry for _, entry in history], message)

    # --- inside
    async def _may_add(self, requester: Requester, begun: envelope.BeginFile) -> tuple[Ticket, bool]:
        """The requester's ticket, and whether the file stands there already. Raises Refused: it can not be added."""
        own = await self._requesters.own(requester, begun.ticket)
        known = begun.mark in (await self._room.goes_on(own)).marks
        if not known and not own.is_open:
            raise Refused(RefusalReason.NOT_NOW, "A file can be added as long as the request is open.")
        return own, known

    def _is_coming(self, who: str, message: envelope.BeginFile) -> bool:
        """Whether it was begun already, and paid for; a line that was lost costs nobody his share."""
        coming = self._coming.get(who)
        return coming is not None and (coming.begun.mark, coming.begun.size_bytes) == (message.mark, message.size_bytes)

    def _begin(self, who: str, message: envelope.BeginFile) -> envelope.PartTaken:
        now, paid = self._room.seconds(), self._is_coming(who, message)
        self._coming.pop(who, None)
        coming = _Coming(message, now)
        self._make_room(who, coming.held)
        if not paid and not self._bytes.take(who, now, message.size_bytes):
            self._room.counts.add("files_too_fast", who=who)
            raise Refused(RefusalReason.TOO_FAST, "That was very much at once; please wait a minute.")
        self._coming[who] = coming
        return envelope.PartTaken(message.ref, 0)

    def _make_room(self, who: str, size_bytes: int) -> None:
        """For that much beside what others send; whoever stands still the longest goes first. Raises Refused."""
        others = sorted((one.touched_s, other) for other, one in self._coming.items() if other != who)
        held = sum(self._coming[other].held for _, other in others) + size_bytes
        for touched_s, other in others:
            if held > HELD_BYTES and self._room.seconds() - touched_s > IDLE_S:
                held -= self._coming.pop(other).held
                self._room.counts.add("file_stood_still", who=other)
        if held > HELD_BYTES:
            self._room.counts.add("files_full", who=who)
            raise Refused(RefusalReason.TOO_FAST, "Too many files are coming in just now; please wait a moment.")

    def _take(self, who: str, message: envelope.PutPart) -> _Coming | envelope.PartTaken:
        """The file once it is whole; until then the answer."""
        coming = self._coming.get(who)
        if coming is None or coming.begun.mark != message.mark:
            raise Refused(RefusalReason.BAD_INPUT, "The file was not begun, or not gone on with; please send it again.")
        if message.offset != len(coming.data) or len(coming.data) + len(message.data) > coming.begun.size_bytes:
            del self._coming[who]
            raise Refused(RefusalReason.BAD_INPUT, "A part of the file is missing; please send it again.")
        coming.data += message.data
        coming.touched_s = self._room.seconds()
        if len(coming.data) < coming.begun.size_bytes:
            self._go_on(who, coming)
            return envelope.PartTaken(message.ref, len(coming.data))
        del self._coming[who]
        return coming

    def _go_on(self, who: str, coming: _Coming) -> None:
        try:
            self._make_room(who, coming.held)
        except Refused:
            del self._coming[who]
            raise

    async def _keep(self, coming: _Coming) -> events.MessageAdded:
        begun, content = coming.begun, bytes(coming.data)
        digest = await asyncio.to_thread(self._shelf.put, content)
        name = one_line(begun.name.replace("\\", "/").rpartition("/")[2]) or "file"
        file = Attachment(name, one_line(begun.media_type), len(content), digest)
        return events.MessageAdded(begun.text, begun.internal, mark=begun.mark, attachments=(file,))

    async def _give(self, history: list[Entry], message: envelope.GetPart) -> envelope.FilePart:
        files = (file for entry in history for file in files_of(entry.event) if file.sha256 == message.sha256)
        if next(files, None) is None:
            raise Refused(RefusalReason.FORBIDDEN, "There is no such file with this ticket.")
        part = await asyncio.to_thread(self._shelf.part, message.sha256, message.offset, GOT_BYTES)
        if part is None:
            raise Refused(RefusalReason.NOT_NOW, "This file is not on the server any more.")
        data, size_bytes = part
        return envelope.FilePart(message.ref, message.offset, size_bytes, data)


def files_of(event: events.Event) -> tuple[Attachment, ...]:
    """What came with it."""
    return event.attachments if isinstance(event, events.MessageAdded | events.Opened) else ()
