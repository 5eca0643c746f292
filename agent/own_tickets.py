"""What this user asked on this device, from its own memory. Guarantees: nobody else's word decides what was asked.

A consent question quotes from here ("you asked at 10:32: …"), and a session for a ticket that is not in here is
refused: a relay cannot make up a reason to look at the screen. On the network thread. Distrusts the relay's numbers: a
request gets one number, and a number belongs to one request, for ever. What the user closed or took back stays so,
whatever the relay says, until the user says or writes something else.
"""

from datetime import datetime

import msgspec
from msgspec import Struct

from agent.letters import Letter
from agent.outbox import Request
from agent.place import Place

FILE = "own-tickets.json"
MAX_KEPT = 500
"""Newest first; whoever asks about one older than that asks again."""


class OwnTicket(Struct, frozen=True, forbid_unknown_fields=True):
    """One request of this user.

    Attributes:
        request: the number this device gave it.
        problem: the user's words.
        asked_at: when Send was pressed, aware UTC.
        minutes: how much time the user has.
        number: the ticket's, once the relay took it.
        over: closed or taken back, as far as known: no session any more.
        done: the user said that it is solved, or that no help is needed: no session, whatever the relay says.
    """

    request: str
    problem: str
    asked_at: datetime
    minutes: int
    number: int | None = None
    over: bool = False
    done: bool = False


class _Stored(Struct, forbid_unknown_fields=True):
    version: int
    tickets: list[OwnTicket]


class OwnTickets:
    """This user's requests on this device."""

    def __init__(self, place: Place) -> None:
        """Reads them. Raises PlaceError."""
        self._place = place
        self._tickets: dict[str, OwnTicket] = {}
        stored = place.read_as(FILE, _Stored)
        if stored is not None:
            self._tickets = {ticket.request: ticket for ticket in stored.tickets}

    def remember(self, request: Request) -> None:
        """The user asked this. Raises PlaceError; it is remembered for as long as this process lives all the same."""
        self._remember(OwnTicket(request.request, request.problem, request.asked_at, request.minutes))

    def remember_complaint(self, letter: Letter, text: str) -> None:
        """A complaint becomes a ticket, too, under the letter's mark. Raises as `remember`."""
        about = self.by_number(letter.ticket)
        self._remember(OwnTicket(letter.mark, text, letter.written_at, about.minutes if about else 1))

    def _remember(self, own: OwnTicket) -> None:
        if own.request in self._tickets:
            return
        self._tickets[own.request] = own
        for oldest in list(self._tickets)[:-MAX_KEPT]:
            del self._tickets[oldest]
        self._store()

    def numbered(self, request: str, number: int, *, over: bool) -> bool:
        """What the relay says about a request. Gives False if that cannot be: not ours, or numbered otherwise before.

        Raises:
            PlaceError: as `remember`.
        """
        own = self._tickets.get(request)
        holder = self.by_number(number)
        if own is None or own.number not in (None, number) or (holder is not None and holder.request != request):
            return False
        changed = msgspec.structs.replace(own, number=number, over=over)
        if changed != own:
            self._tickets[request] = changed
            self._store()
        return True

    def decide(self, number: int, *, done: bool) -> None:
        """The user's own word on a ticket: solved or taken back (`done`), or help still needed. Raises PlaceError."""
        own = self.by_number(number)
        if own is None or own.done is done:
            return
        self._tickets[own.request] = msgspec.structs.replace(own, done=done)
        self._store()

    def has_time(self, number: int, minutes: int) -> None:
        """The user has so many minutes for it now. Raises PlaceError."""
        own = self.by_number(number)
        if own is None or own.minutes >= minutes:
            return
        self._tickets[own.request] = msgspec.structs.replace(own, minutes=minutes)
        self._store()

    def by_number(self, number: int) -> OwnTicket | None:
        """The request that became this ticket, if it is one of this user's on this device."""
        return next((own for own in self._tickets.values() if own.number == number), None)

    def _store(self) -> None:
        self._place.write(FILE, msgspec.json.encode(_Stored(1, list(self._tickets.values()))))
