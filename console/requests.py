"""Which answer belongs to which request. Pure; lives on the main thread.

Distrusts the relay: an answer to nothing is counted and dropped.
"""

from collections.abc import Callable
from typing import Protocol

from protocol import envelope

Answer = (
    envelope.RequestRefused
    | envelope.Done
    | envelope.Ticket
    | envelope.Tickets
    | envelope.SessionReady
    | envelope.Faults
    | envelope.People
    | envelope.Callers
    | envelope.Absent
    | envelope.StaffList
    | envelope.Appointments
    | envelope.Plan
    | envelope.Suggestions
    | envelope.PartTaken
    | envelope.FilePart
    | envelope.FaceFound
    | envelope.FaceKept
)
Build = Callable[[int], envelope.FromConsole]
"""Makes a request of the number it is to bear."""
OnDone = Callable[[Answer], None]
OnFailed = Callable[[str], None]
"""Takes the sentence for the technician."""


class Ask(Protocol):
    """See `Console._ask`."""

    def __call__(
        self, build: Build, on_done: OnDone, on_failed: OnFailed, *, reads: bool = False, what: str = ""
    ) -> None:
        """Exactly one of the two is called."""


OnAnswer = Callable[[Answer], None]
OnLost = Callable[[], None]

MAX_WAITING = 100
"""More unanswered requests than a person could have made."""


class TooManyWaiting(Exception):  # noqa: N818 - what happened
    """The relay answers nothing any more."""


class Requests:
    """Requests that wait for their answer.

    Attributes:
        strays: how many answers came to nothing.
    """

    def __init__(self) -> None:
        self._next = 1
        self._waiting: dict[int, tuple[OnAnswer, OnLost]] = {}
        self.strays = 0

    def expect(self, on_answer: OnAnswer, on_lost: OnLost) -> int:
        """A new number for a request.

        Args:
            on_answer: called with its answer, whatever it is;
            on_lost: or, if the line is cut before, this: nobody knows whether it was carried out.

        Raises:
            TooManyWaiting: there are `MAX_WAITING` already.
        """
        if len(self._waiting) >= MAX_WAITING:
            raise TooManyWaiting
        ref, self._next = self._next, self._next % 2**31 + 1
        self._waiting[ref] = (on_answer, on_lost)
        return ref

    def answer(self, answer: Answer) -> None:
        """An answer came."""
        waiting = self._waiting.pop(answer.ref, None)
        if waiting is None:
            self.strays += 1
            return
        waiting[0](answer)

    def lose_all(self) -> None:
        """The line was cut."""
        waiting, self._waiting = self._waiting, {}
        for _, on_lost in waiting.values():
            on_lost()
