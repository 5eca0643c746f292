"""Points in time that come from a peer: aware, and in a year that every calendar and time zone can show. Pure."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
"""At the edges of what a datetime holds (years 1 and 9999), turning to local time is an OverflowError."""

Moment = Annotated[datetime, Meta(tz=True)]


def check(*moments: datetime | None) -> None:
    """For a struct's `__post_init__`, where msgspec makes of it a ValidationError. Raises ValueError."""
    for moment in moments:
        if moment is not None and not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
            raise ValueError(f"a date in the year {moment.year}")


def check_stretch(what: str, begin: datetime, end: datetime, *, may_be_empty: bool = False) -> None:
    """The same for both ends of something that takes time, named as in "A shift". Raises ValueError."""
    check(begin, end)
    if end < begin or (end == begin and not may_be_empty):
        raise ValueError(f"{what} ends after it begins.")
