"""The help desk's telephone number, kept: it is wanted most when there is no line to ask for it.

Guarantees that the number said last is known at the next start, or none. On the network thread. Distrusts the disk,
which may be full, and the relay's text, which is cut; who shows it makes one line of it.
"""

import structlog

from agent.errors import PlaceError
from agent.place import Place

FILE = "desk-phone.txt"
MAX_CHARS = 64
"""No number that can be dialled is longer."""

_log = structlog.get_logger()


class DeskPhone:
    """One number.

    Attributes:
        number: as the desk said it last; empty: it has none, or never said it.
    """

    def __init__(self, place: Place) -> None:
        """Reads what was kept. Raises PlaceError."""
        self._place = place
        kept = place.read(FILE)
        self.number = "" if kept is None else kept.decode(errors="replace")[:MAX_CHARS]

    def learn(self, number: str) -> None:
        """The desk says it; a disk that does not keep it loses nothing of the user's."""
        number = number[:MAX_CHARS]
        if number == self.number:
            return
        self.number = number
        try:
            self._place.write(FILE, number.encode(errors="replace"))
        except PlaceError as error:
            _log.error("the desk's number is in memory only", why=str(error))
