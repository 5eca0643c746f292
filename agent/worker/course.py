"""The course of a session as the worker sees it: states, and the one function that goes from one to the next. Pure.

::

    CONNECTING ─paired─► SECURING ─secured─► WAITING ─asked─► ASKING ─allowed─► SHARING ⇄ ASKING_MORE
                                                                └─refused──► ENDED        (asked / allowed, refused)
    SHARING, ASKING_MORE ─cut─► INTERRUPTED ─resumed─► SHARING
    any ─over─► ENDED

Whatever is not in the table is refused.
"""

import enum

from protocol.desk.events import EndReason


class State(enum.Enum):
    """Where a session is."""

    CONNECTING = "connecting"
    """To the relay, and waiting there for the other end."""
    SECURING = "securing"
    WAITING = "waiting"
    """The technician is known, and has not asked for anything yet."""
    ASKING = "asking"
    SHARING = "sharing"
    ASKING_MORE = "asking_more"
    """Sharing goes on while the technician's next question is on the screen."""
    INTERRUPTED = "interrupted"
    """The line is cut; the technician may come back to what was allowed, and to nothing more."""
    ENDED = "ended"


class Event(enum.Enum):
    """What moves a session on."""

    PAIRED = "paired"
    SECURED = "secured"
    ASKED = "asked"
    ALLOWED = "allowed"
    REFUSED = "refused"
    CUT = "cut"
    RESUMED = "resumed"
    OVER = "over"


class OutOfTurn(Exception):  # noqa: N818 - what happened; whether it is an error depends on who did it
    """Something that may not happen in this state."""

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"{event.value} while {state.value}")
        self.state, self.event = state, event


class SessionOver(Exception):  # noqa: N818 - every session ends
    """The session ends; the sentence is for the user."""

    def __init__(self, reason: EndReason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class LineLost(SessionOver):
    """The line is cut; whether the session is over with it depends on where it was."""

    def __init__(self, sentence: str = "The connection was lost.") -> None:
        super().__init__(EndReason.LINE_LOST, sentence)


SHOWING = frozenset({State.SHARING, State.ASKING_MORE})
"""The states in which pixels leave."""

COURSE = {
    (State.CONNECTING, Event.PAIRED): State.SECURING,
    (State.SECURING, Event.SECURED): State.WAITING,
    (State.WAITING, Event.ASKED): State.ASKING,
    (State.ASKING, Event.ALLOWED): State.SHARING,
    (State.ASKING, Event.REFUSED): State.ENDED,
    (State.SHARING, Event.ASKED): State.ASKING_MORE,
    (State.SHARING, Event.ALLOWED): State.SHARING,  # a narrower consent, unasked
    (State.ASKING_MORE, Event.ALLOWED): State.SHARING,
    (State.ASKING_MORE, Event.REFUSED): State.SHARING,
    (State.SHARING, Event.CUT): State.INTERRUPTED,
    (State.ASKING_MORE, Event.CUT): State.INTERRUPTED,
    (State.INTERRUPTED, Event.ALLOWED): State.INTERRUPTED,  # an answer that crossed the cut
    (State.INTERRUPTED, Event.REFUSED): State.INTERRUPTED,
    (State.INTERRUPTED, Event.RESUMED): State.SHARING,
    **{(state, Event.OVER): State.ENDED for state in State},
}


def advance(state: State, event: Event) -> State:
    """The state after `event`. Raises OutOfTurn when it may not happen now."""
    try:
        return COURSE[state, event]
    except KeyError:
        raise OutOfTurn(state, event) from None
