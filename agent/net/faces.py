"""Pictures of whoever helps, asked for once by their hash. On the network thread. Distrusts the relay.

Guarantees: what is told is what its hash says; one that is wanted while there is no line is asked for once there is.
"""

import hashlib
from collections.abc import Callable

import structlog

from agent import messages
from agent.net.asked import Asked
from protocol import envelope

MAX_WANTED = 64
"""At once: more people than one user ever sees. Beyond it there are initials."""

_log = structlog.get_logger()


class FacesAsked:
    """Those that are wanted and have not come."""

    def __init__(self, asked: Asked, tell: Callable[[messages.Happened], None]) -> None:
        """Asks through `asked`."""
        self._asked, self._tell = asked, tell
        self._wanted: dict[str, messages.FetchFace] = {}

    def fetch(self, wanted: messages.FetchFace) -> None:
        """A window would show it."""
        if wanted.sha256 in self._wanted:
            return
        if len(self._wanted) >= MAX_WANTED:
            _log.warning("face dropped", reason="too many wanted")
            return
        self._wanted[wanted.sha256] = wanted
        self._ask(wanted)

    def came(self, wanted: messages.FetchFace, found: envelope.FaceFound) -> None:
        """It is here, if it is what was asked for."""
        self._wanted.pop(wanted.sha256, None)
        if hashlib.sha256(found.picture).hexdigest() == wanted.sha256:
            self._tell(messages.FaceFetched(wanted.sha256, found.picture))
        else:
            _log.warning("face dropped", reason="not what its hash says")

    def refused(self, wanted: messages.FetchFace) -> None:
        """It is nobody's any more: whoever has another one now is told of with that one."""
        self._wanted.pop(wanted.sha256, None)

    def signed_in(self) -> None:
        """There is a line again."""
        for wanted in self._wanted.values():
            self._ask(wanted)

    def _ask(self, wanted: messages.FetchFace) -> None:
        self._asked.ask(envelope.GetFace(self._asked.next_ref(), wanted.sha256), wanted)
