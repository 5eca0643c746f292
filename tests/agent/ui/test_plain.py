import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ui import plain

ENDS = [
    datetime.max.replace(tzinfo=UTC),
    datetime.min.replace(tzinfo=UTC),
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
]


@pytest.fixture(params=["Europe/Berlin", "America/New_York", "UTC"])
def here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield str(request.param)
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("moment", ENDS)
def test_a_moment_at_the_end_of_the_calendar_can_be_said(moment: datetime) -> None:
    assert plain.when(moment)
    assert plain.when(moment, now=moment)
    assert plain.time_of(moment)


@given(moment=st.datetimes(timezones=st.timezones()), now=st.datetimes(timezones=st.just(UTC)))
def test_any_moment_can_be_said(moment: datetime, now: datetime) -> None:
    assert plain.when(moment, now=now)
    assert plain.time_of(moment)
