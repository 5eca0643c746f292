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
)
"""What is said to the user; a new handler and a new state are told as they come."""


def news(history: Iterable[HistoryLine], since: datetime) -> str:
    """The newest word of the help desk's after `since`, on one line; empty: there is none."""
    said = [
        line
        for line in history
        if line.at > since and line.actor is not Actor.REQUESTER and isinstance(line.event, _NEWS)
    ]
    told = story(said[-1:])
    return one_line(told[0][1], _MOST_CHARS) if told else ""
