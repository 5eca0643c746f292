"""The files that wait to be sent, each beside its letter. Guarantees: one that was kept is there until it was taken.

On the network thread. Distrusts the disk.
"""

import contextlib

import structlog

from agent.errors import PlaceError
from agent.letters import Letter
from agent.place import Place
from agent.words import _
from protocol.envelope.files import PUT_BYTES

MAX_WAITING = 20
"""Files, of ten megabytes at most: what a day offline may take of the user's disk."""
_PREFIX = "file-"

_log = structlog.get_logger()


class Parcels:
    """Contents of files, by their letters' marks."""

    def __init__(self, place: Place, wanted: set[str]) -> None:
        """Forgets what no letter is about: a letter is kept after its file, and forgotten before it."""
        self._place = place
        self._open: tuple[str, bytes] | None = None
        for path in place.directory.glob(f"{_PREFIX}*"):
            if path.name.removeprefix(_PREFIX) not in wanted:
                self.forget(path.name.removeprefix(_PREFIX))

    def keep(self, letter: Letter, content: bytes) -> None:
        """When this returns it survives a power cut. Raises PlaceError, also when too many wait already."""
        if len(list(self._place.directory.glob(f"{_PREFIX}*"))) >= MAX_WAITING:
            raise PlaceError(_("So many files are waiting already. Please send this one once they are gone."))
        self._place.write(f"{_PREFIX}{letter.mark}", content)

    def part(self, letter: Letter, offset: int) -> bytes | None:
        """The next part to be sent; None: the file is gone."""
        if self._open is None or self._open[0] != letter.mark:
            content: bytes | None = None
            with contextlib.suppress(PlaceError):
                content = self._place.read(f"{_PREFIX}{letter.mark}")
            if content is None:
                return None
            self._open = letter.mark, content
        return self._open[1][offset : offset + PUT_BYTES]

    def forget(self, mark: str) -> None:
        """It was taken, or never will be."""
        if self._open is not None and self._open[0] == mark:
            self._open = None
        try:
            self._place.remove(f"{_PREFIX}{mark}")
        except PlaceError as error:
            _log.error("sent file cannot be removed", why=str(error))
