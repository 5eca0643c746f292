"""What of a request's history the user should hear of while not looking at it. Pure; distrusts the relay's words."""

from collections.abc import Iterable
from datetime import datetime

from agent.ui.plain import one_line
from agent.ui.story import story
from protocol.desk import events
from protocol.desk.events import Actor
from protocol.envelope import HistoryLine

_MOST_CHARS = 200
_NEWS = (
    events.MessageAdded,
    events.QuestionAsked,
    events.ReadBack,
    events.InstructionGiven,
    events.QuoteMade,
    events.AppointmentMade,
    events.Displaced,
)
"""What is said to the user; a new handler and a new state are told as they come."""


def news(history: Iterable[HistoryLine], since: datetime) -> str:
    """The newest word of the help desk's after `since`, on one line; empty: there is none."""
    lines = list(history)
    said = [line for line in lines if line.at > since and line.actor is not Actor.REQUESTER and _is_news(line.event)]
    if not said:
        return ""
    agreed = [line for line in lines if isinstance(line.event, events.AppointmentMade) and line.at < said[-1].at]
    told = story((*agreed, said[-1]))  # when it would have been, stands where it was agreed
    return one_line(told[-1][1], _MOST_CHARS) if told else ""


def _is_news(event: events.Event) -> bool:
    """Whether he made room for something that is not to be, he has to hear; that it was kept, he knows (promise 31)."""
    if isinstance(event, events.AppointmentOver):
        return event.outcome is events.AppointmentOutcome.CALLED_OFF
    return isinstance(event, _NEWS)
