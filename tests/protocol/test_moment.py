"""A date that no calendar can show gets nowhere: not into the desk, not onto a screen."""

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import envelope
from protocol.desk import events
from protocol.desk.states import TicketState
from protocol.envelope import EnvelopeError, TicketView

NOW = datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
EDGES = [
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "1999-12-31T23:59:59Z",
    "2101-01-01T00:00:00Z",
    "2026-11-02T10:30:00",  # of no zone
]
VIEW = TicketView(1, 1, TicketState.NEW, "x", "Eva", "d", "PC", 2, 30, NOW, NOW, NOW, "a" * 32, due=NOW)
FROM_AGENT = [(envelope.OpenTicket(1, "a" * 32, "Eva", "x", 2, 30, (), NOW), ("asked_at",))]
FROM_CONSOLE = [
    (envelope.TakeTicket(1, 1, 1, 1, "x", NOW), ("due",)),
    (envelope.SetNextStep(1, 1, "x", NOW), ("due",)),
]
OPENED = events.Opened("a" * 32, "d", "PC", "Eva", "x", 1, 1, (), NOW)
JANA = events.Staff("jana", "Jana", "x", "1")
HAPPENED: list[tuple[events.Event, tuple[str, ...]]] = [
    (OPENED, ("asked_at",)),
    (events.OnHold(events.HoldReason.USER, NOW), ("until",)),
    (events.EstimateSet(NOW), ("done_by",)),
    (events.NextStepSet("x", NOW), ("due",)),
    (events.SessionConsented("a" * 32, JANA, frozenset(), NOW, NOW, b""), ("begin", "end")),
]


def with_date(message: msgspec.Struct, field: str, date: str) -> str:
    return json.dumps(json.loads(msgspec.json.encode(message)) | {field: date})


@pytest.mark.parametrize("date", EDGES)
def test_no_date_that_cannot_be_shown_passes_the_relays_door(date: str) -> None:
    for message, fields in FROM_AGENT:
        envelope.decode_from_agent(with_date(message, fields[0], "2026-11-02T10:30:00+14:00"))
        with pytest.raises(EnvelopeError):
            envelope.decode_from_agent(with_date(message, fields[0], date))
    for said, due in FROM_CONSOLE:
        with pytest.raises(EnvelopeError):
            envelope.decode_from_console(with_date(said, due[0], date))


@pytest.mark.parametrize("date", EDGES)
def test_no_date_that_cannot_be_shown_comes_from_a_relay(date: str) -> None:
    line = envelope.HistoryLine(1, NOW, events.Actor.DESK, "", events.Accepted())
    changes = [with_date(VIEW, field, date) for field in ("asked_at", "opened_at", "changed_at", "due")]
    good = with_date(VIEW, "due", "2026-11-02T10:30:00Z")
    envelope.decode_to_client('{"type":"TicketChanged","ticket":' + good + "}")
    for view in changes:
        with pytest.raises(EnvelopeError):
            envelope.decode_to_client('{"type":"TicketChanged","ticket":' + view + "}")
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(with_date(line, "at", date), type=envelope.HistoryLine)
    for event, fields in HAPPENED:
        for field in fields:
            with pytest.raises(msgspec.ValidationError):
                msgspec.json.decode(with_date(event, field, date), type=type(event))


@pytest.fixture
def _far_east() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Pacific/Kiritimati"  # UTC+14
    time.tzset()
    yield
    del os.environ["TZ"]
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("_far_east")
def test_every_date_that_passed_can_be_shown_in_local_time() -> None:
    @given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis wants naive bounds
    def check(moment: datetime) -> None:
        encoded = with_date(VIEW, "asked_at", moment.isoformat())
        read = msgspec.json.decode(encoded, type=TicketView).asked_at
        assert abs(read.astimezone() - moment) == timedelta()

    check()
