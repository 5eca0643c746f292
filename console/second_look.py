"""Whom a technician was told of who changed a ticket before him, so that his second try counts. Pure; main thread.

Guarantees that nothing is overwritten in silence, and that what was typed need not be typed again: the first try of a
change that was made of an older state is refused, with a name; whoever has looked, and tries again, means it.
"""

from msgspec.structs import replace

from protocol import envelope


class SecondLook:
    """By ticket: up to which revision he knows it, having been told."""

    def __init__(self) -> None:
        self._known: dict[int, int] = {}

    def told(self, request: envelope.FromConsole, revision: int) -> None:
        """A request was refused for somebody else's change; `revision` is the one on the screen by now."""
        self._known[getattr(request, "ticket", 0)] = revision

    def meant(self, request: envelope.FromConsole) -> envelope.FromConsole:
        """The request as it is sent: made of what he has looked at since, once."""
        made_of = getattr(request, "revision", 0)
        known = self._known.pop(getattr(request, "ticket", 0), 0) if made_of else 0
        return replace(request, revision=known) if known > made_of else request
