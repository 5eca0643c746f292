"""Time worked, by the minute, corrected only by saying so (promises 6, 28). Pure."""

import enum
from datetime import datetime
from typing import Annotated

from msgspec import Meta

from protocol import moment
from protocol.desk.events.base import EventBase
from protocol.desk.terms import Key, Staff, Text, Words
from protocol.moment import Moment


class WorkKind(enum.StrEnum):
    """Where and how somebody worked."""

    REMOTE = "remote"
    PHONE = "phone"
    ON_SITE = "on_site"
    TRAVEL = "travel"
    DESK = "desk"


class TimeLogged(EventBase, frozen=True):
    """Somebody worked on it. What a session is, is entered by the desk itself under the session's number.

    Attributes:
        worked_s: seconds worked between `begin` and `end`, pauses left out; what is billed is computed from them.
        billed: whether the customer pays for it; `text` says what was done.
    """

    entry: Key
    staff: Staff
    begin: Moment
    end: Moment
    worked_s: Annotated[float, Meta(ge=0)]
    kind: WorkKind
    text: Text = ""
    billed: bool = True

    def __post_init__(self) -> None:
        """Refuses dates nobody could show, and work that ends before it begins or is longer than its time."""
        _check_stretch(self.begin, self.end, self.worked_s)


class TimeCorrected(EventBase, frozen=True):
    """An entry was wrong; what it was stays in the history. `worked_s` 0 strikes it out."""

    entry: Key
    begin: Moment
    end: Moment
    worked_s: Annotated[float, Meta(ge=0)]
    kind: WorkKind
    reason: Words
    text: Text = ""
    billed: bool = True

    def __post_init__(self) -> None:
        """As for an entry."""
        _check_stretch(self.begin, self.end, self.worked_s)


def _check_stretch(begin: datetime, end: datetime, worked_s: float) -> None:
    """Raises ValueError, which msgspec makes a ValidationError of."""
    moment.check_stretch("Work", begin, end, may_be_empty=True)
    if worked_s > (end - begin).total_seconds() + 1:
        raise ValueError("Work is no longer than the time between its beginning and its end.")
