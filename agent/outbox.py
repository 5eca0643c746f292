"""What the user wrote and the relay has not taken yet. Guarantees: what was put in is sent, over restarts, until taken.

On the network thread. A request bears a number of its own choice (`request`), a letter a mark; the relay makes one
ticket, one message of it, however often it is sent. Distrusts the file: a damaged one is set aside, not believed.
"""

import secrets
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from agent.errors import OutboxFull
from agent.letters import Letter
from agent.place import Place
from agent.words import _
from protocol import envelope, limits
from protocol.diagnostics import DiagnosticField

FILE = "outbox.json"
MAX_WAITING = 50
"""A user who asks more often than this while the line is down is better served by a telephone."""


class Request(Struct, frozen=True, forbid_unknown_fields=True):
    """What the user asked, as it was shown and as it will be sent; see `envelope.OpenTicket`."""

    request: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    requester: Annotated[str, Meta(min_length=1, max_length=limits.NAME_CHARS)]
    problem: Annotated[str, Meta(min_length=1, max_length=limits.PROBLEM_CHARS)]
    urgency: Annotated[int, Meta(ge=1, le=3)]
    minutes: Annotated[int, Meta(ge=1, le=limits.MAX_MINUTES)]
    diagnostics: Annotated[tuple[DiagnosticField, ...], Meta(max_length=limits.DIAGNOSTIC_FIELDS)]
    asked_at: Annotated[datetime, Meta(tz=True)]

    def as_sent(self, ref: int) -> envelope.OpenTicket:
        """The message to the relay."""
        return envelope.OpenTicket(
            ref=ref,
            request=self.request,
            requester=self.requester,
            problem=self.problem,
            urgency=self.urgency,
            minutes=self.minutes,
            diagnostics=self.diagnostics,
            asked_at=self.asked_at,
        )


def new_request_id() -> str:
    """128 random bits: no two requests share one, on any machine."""
    return secrets.token_hex(16)


class _Stored(Struct, forbid_unknown_fields=True):
    version: int
    requests: list[Request]
    letters: list[Letter] = []


class Outbox:
    """The requests and letters not taken yet, oldest first."""

    def __init__(self, place: Place) -> None:
        """Reads what was left over. Raises PlaceError."""
        self._place = place
        self._requests: dict[str, Request] = {}
        self._letters: dict[str, Letter] = {}
        stored = place.read_as(FILE, _Stored)
        if stored is not None:
            self._requests = {request.request: request for request in stored.requests}
            self._letters = {letter.mark: letter for letter in stored.letters}

    @property
    def waiting(self) -> tuple[Request, ...]:
        """The requests still to be sent."""
        return tuple(self._requests.values())

    @property
    def letters(self) -> tuple[Letter, ...]:
        """The letters still to be sent, in this order."""
        return tuple(self._letters.values())

    def put(self, request: Request) -> None:
        """Keeps a request; when this returns it survives a power cut. The same one again changes nothing.

        Raises:
            OutboxFull: too many wait already.
            PlaceError: it is not on disk, but will be sent as long as this process lives.
        """
        if request.request in self._requests:
            return
        if len(self._requests) >= MAX_WAITING:
            raise OutboxFull(_("So many requests are waiting already. Please call us instead."))
        self._requests[request.request] = request
        self._store()

    def put_letter(self, letter: Letter) -> None:
        """The same for a letter. Raises as `put`."""
        if letter.mark in self._letters:
            return
        if len(self._letters) >= limits.UNSENT_MESSAGES:
            raise OutboxFull(_("So many messages are waiting already. Please call us instead."))
        self._letters[letter.mark] = letter
        self._store()

    def taken(self, key: str) -> None:
        """The relay has it, or will never take it. Raises PlaceError; it may then be sent once more after a restart.

        Args:
            key: the request's number, or the letter's mark.
        """
        gone = (self._requests.pop(key, None), self._letters.pop(key, None))
        if gone != (None, None):
            self._store()

    def _store(self) -> None:
        stored = _Stored(1, list(self._requests.values()), list(self._letters.values()))
        self._place.write(FILE, msgspec.json.encode(stored))
