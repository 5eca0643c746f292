"""Files the user wants to see, fetched part by part. On the network thread.

Guarantees: every file that is wanted is told of once, whole or with a sentence why not. Distrusts the relay: a file
counts only when it is what its hash says.
"""

import asyncio
from collections.abc import Callable

from agent import messages
from agent.net.asked import Asked
from agent.words import _
from protocol import envelope
from protocol.files import Arriving, FileBroken

_PAUSE_S = 0.06
"""Between two parts: everything else goes in between, and the relay takes only so many requests of one client."""


class Fetching:
    """The files under way."""

    def __init__(self, asked: Asked, tell: Callable[[messages.Happened], None]) -> None:
        """Asks through `asked`."""
        self._asked, self._tell = asked, tell
        self._arriving: dict[messages.FetchFile, Arriving | None] = {}

    def fetch(self, wanted: messages.FetchFile) -> None:
        """The user wants this one."""
        if wanted not in self._arriving:
            self._arriving[wanted] = None
            self._ask(wanted, 0)

    def came(self, wanted: messages.FetchFile, part: envelope.FilePart) -> None:
        """A part of it."""
        if wanted not in self._arriving:
            return
        try:
            arriving = self._arriving[wanted] or Arriving(wanted.file.sha256, part.size_bytes)
            self._arriving[wanted] = arriving
            arriving.take(part.offset, part.data)
            content = arriving.content() if arriving.whole else None
        except FileBroken:
            self.failed(wanted, _("This file did not arrive as it was sent, so it is not shown."))
            return
        if content is not None:
            del self._arriving[wanted]
            self._tell(messages.FileFetched(wanted.file, content))
            return
        asyncio.get_running_loop().call_later(_PAUSE_S, self._ask, wanted, arriving.offset)

    def failed(self, wanted: messages.FetchFile, sentence: str) -> None:
        """It does not come."""
        if wanted in self._arriving:
            del self._arriving[wanted]
            self._tell(messages.FileMissed(wanted.file, sentence))

    def lost(self) -> None:
        """The line was cut."""
        for wanted in list(self._arriving):
            self.failed(wanted, _("There is no connection to the help desk at the moment. Please try again later."))

    def _ask(self, wanted: messages.FetchFile, offset: int) -> None:
        if wanted not in self._arriving:
            return
        ref = self._asked.next_ref()
        if not self._asked.ask(envelope.GetPart(ref, wanted.number, wanted.file.sha256, offset), wanted):
            self.lost()
