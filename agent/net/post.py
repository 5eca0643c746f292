"""Carries what the user wrote to the relay: requests as they come, letters one after the other, in order.

Guarantees: what was kept is sent until the relay took it, over cuts and restarts, and is told once what became of it.
On the network thread. Distrusts the relay: a refusal ends one request or letter, and the words go back to the user.
"""

import asyncio
from collections import Counter
from collections.abc import Callable

import structlog

from agent import messages
from agent.errors import OutboxFull, PlaceError
from agent.letters import Enclosed, Letter, Wrote
from agent.net.asked import Asked
from agent.net.parcels import Parcels
from agent.outbox import Outbox, Request
from agent.place import Place
from agent.words import _
from protocol import envelope
from protocol.envelope import RefusalReason

_SEND_AGAIN_S = 20.0
"""What the relay put off ("too fast", "not now") is sent again after this."""
_PAUSE_S = 0.06
"""Between two parts of a file: below what the relay takes of one client, with room for everything else."""
_TRIES = 3
"""A file that breaks off (the relay began anew) is sent from its beginning, so many times."""
_PASSING = {RefusalReason.NOT_NOW, RefusalReason.TOO_FAST, RefusalReason.FAULT}

_log = structlog.get_logger()


class Post:
    """The outbox, and the way out of it."""

    def __init__(self, place: Place, asked: Asked, tell: Callable[[messages.Happened], None]) -> None:
        """Reads what was kept. Raises PlaceError."""
        self._outbox, self._asked, self._tell = Outbox(place), asked, tell
        self._parcels = Parcels(place, {letter.mark for letter in self._outbox.letters})
        self._between_parts = ""
        self._begun: Counter[str] = Counter()
        self._sent: set[str] = set()
        self._perhaps_taken = {letter.mark for letter in self._outbox.letters}

    def list_all(self) -> None:
        """Tells the windows what waits."""
        self._tell(messages.WaitingListed(self._outbox.waiting))
        self._list_letters()

    def keep(self, request: Request) -> bool:
        """Keeps a request, and sends it if there is a line. Gives False if there is no room for it."""
        stored = True
        try:
            self._outbox.put(request)
        except OutboxFull as error:
            self._tell(messages.RequestFailed(request, str(error)))
            return False
        except PlaceError as error:
            _log.error("request is in memory only", why=str(error))
            stored = False
        self._tell(messages.RequestKept(request.request, stored))
        self._send_request(request)
        return True

    def keep_letter(self, letter: Letter) -> bool:
        """The same for a letter."""
        try:
            self._outbox.put_letter(letter)
        except OutboxFull as error:
            self._tell(messages.LetterFailed(letter, str(error)))
            return False
        except PlaceError as error:
            _log.error("letter is in memory only", why=str(error))
        self._list_letters()
        self._send_letter()
        return True

    def keep_file(self, letter: Letter, content: bytes) -> None:
        """The same for a letter about a file; the file is kept first."""
        try:
            self._parcels.keep(letter, content)
        except PlaceError as error:
            self._tell(messages.LetterFailed(letter, str(error)))
            return
        if not self.keep_letter(letter):
            self._parcels.forget(letter.mark)

    def part_taken(self, letter: Letter, offset: int) -> None:
        """The relay has so much of a file: the next part goes after a moment, and whatever else in between."""
        self._between_parts = letter.mark
        asyncio.get_running_loop().call_later(_PAUSE_S, self._send_part, letter, offset)

    def _send_part(self, letter: Letter, offset: int) -> None:
        if self._between_parts != letter.mark:
            return  # the line was cut meanwhile
        self._between_parts = ""
        part = self._parcels.part(letter, offset)
        if part is None:
            self._lose_file(letter)
        else:
            self._asked.ask(envelope.PutPart(self._asked.next_ref(), letter.mark, offset, part), letter)

    def _lose_file(self, letter: Letter) -> None:
        self.letter_taken(letter)
        self._tell(
            messages.LetterFailed(letter, _("The file is not on this computer any more. Please choose it again."))
        )

    def send_all(self) -> None:
        """There is a line again; what was under way on the last one is not any more, but may have arrived."""
        self._between_parts = ""
        self._perhaps_taken |= self._sent
        self._sent.clear()
        for request in self._outbox.waiting:
            self._send_request(request)
        self._send_letter()

    def taken(self, request: str, number: int) -> None:
        """The relay has made ticket `number` of the request; told once."""
        if any(waiting.request == request for waiting in self._outbox.waiting):
            self._forget(request)
            self._tell(messages.RequestTaken(request, number))

    def letter_taken(self, letter: Letter) -> None:
        """The relay has written it down."""
        self._forget(letter.mark)
        if isinstance(letter.said, Enclosed):
            self._parcels.forget(letter.mark)
            self._begun.pop(letter.mark, None)
        self._sent.discard(letter.mark)
        self._perhaps_taken.discard(letter.mark)
        self._list_letters()
        self._send_letter()

    def refused(self, about: Request | Letter, refusal: envelope.RequestRefused) -> None:
        """The relay does not want it: for now, or at all."""
        passing = _PASSING if isinstance(about, Request) else _PASSING - {RefusalReason.NOT_NOW}
        again = isinstance(about, Letter) and isinstance(about.said, Enclosed) and self._begun[about.mark] < _TRIES
        if refusal.reason in passing or (again and refusal.reason is RefusalReason.BAD_INPUT):
            self._sent -= {about.mark} if isinstance(about, Letter) else set()
            asyncio.get_running_loop().call_later(_SEND_AGAIN_S, self._send_again, about)
            return
        if isinstance(about, Request):
            self._forget(about.request)
            self._tell(messages.RequestFailed(about, refusal.sentence))
        else:
            # Taken the first time, its answer lost with the line. Messages are known by their mark, and not refused so.
            done = refusal.reason is RefusalReason.NOT_NOW and about.mark in self._perhaps_taken
            self.letter_taken(about)
            if not done or isinstance(about.said, Wrote | Enclosed):
                self._tell(messages.LetterFailed(about, refusal.sentence))

    def _send_request(self, request: Request) -> None:
        if request in self._outbox.waiting:
            self._asked.ask(request.as_sent(self._asked.next_ref()), request)

    def _send_again(self, about: Request | Letter) -> None:
        if isinstance(about, Request):
            self._send_request(about)
        else:
            self._send_letter()

    def _send_letter(self) -> None:
        if self._outbox.letters and not self._asked.letter_under_way() and not self._between_parts:
            letter = self._outbox.letters[0]
            self._begun[letter.mark] += isinstance(letter.said, Enclosed)
            if self._asked.ask(letter.as_sent(self._asked.next_ref()), letter):
                self._sent.add(letter.mark)

    def _list_letters(self) -> None:
        self._tell(messages.LettersListed(self._outbox.letters))

    def _forget(self, key: str) -> None:
        try:
            self._outbox.taken(key)
        except PlaceError as error:
            _log.error("outbox is out of date", why=str(error))
