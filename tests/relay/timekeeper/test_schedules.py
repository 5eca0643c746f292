from datetime import UTC, datetime, timedelta

import pytest

from protocol.desk import book, events
from protocol.desk.book import Book
from protocol.desk.events import Actor, Entry, Schedule
from relay.timekeeper import schedules
from relay.timekeeper.schedules import ScheduleError

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""Nine o'clock in Prague, a Monday."""


def schedule(rule: str = "FREQ=WEEKLY", *, stopped: bool = False) -> Schedule:
    return Schedule("backup", rule, BEGIN, "Europe/Prague", "Look after the backup", stopped=stopped)


def after(*happened: events.BookEvent) -> Book:
    return book.read(Entry(0, BEGIN, Actor.DESK, "", "athand", event) for event in happened)


def test_p37_a_ticket_is_made_on_time_once() -> None:
    weekly = schedule()
    empty = after(events.ScheduleSet(weekly))
    assert schedules.fire(empty, weekly, BEGIN - timedelta(seconds=1)) is None
    found = schedules.fire(empty, weekly, BEGIN)
    assert found is not None
    opened, due = found
    assert (opened.problem, due) == ("Look after the backup", BEGIN)
    made = after(events.ScheduleSet(weekly), schedules.fired(weekly, due, 7))
    assert schedules.fire(made, weekly, BEGIN + timedelta(days=6)) is None
    again = schedules.fire(made, weekly, BEGIN + timedelta(days=7))
    assert again is not None
    assert again[0].request != opened.request


def test_nine_oclock_stays_nine_oclock_when_the_clocks_change() -> None:
    weekly = schedule()
    before, change = BEGIN + timedelta(days=21), datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert schedules.next_due(weekly, before - timedelta(minutes=1)) == before
    assert schedules.next_due(weekly, change) == datetime(2026, 3, 30, 7, tzinfo=UTC)


def test_what_was_missed_is_made_up_for_once_by_the_last_time() -> None:
    daily = schedule("FREQ=DAILY")
    found = schedules.fire(after(events.ScheduleSet(daily)), daily, BEGIN + timedelta(days=6, hours=1))
    assert found is not None
    assert found[1] == BEGIN + timedelta(days=6)


def test_one_that_is_stopped_makes_nothing() -> None:
    stopped = schedule(stopped=True)
    assert schedules.fire(after(events.ScheduleSet(stopped)), stopped, BEGIN) is None
    assert schedules.next_due(stopped, BEGIN) is None


@pytest.mark.parametrize(
    "rule",
    [
        *("", "every monday", "FREQ=WEEKLY;BYDAY=XX", "FREQ=SECONDLY", "FREQ=DAILY;UNTIL=20200101"),
        *("FREQ=MINUTELY;BYMINUTE=0", "FREQ=DAILY;INTERVAL=0", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"),
        "RRULE:FREQ=DAILY\nEXRULE:FREQ=DAILY",
    ],
)
def test_a_rule_that_cannot_be_gets_a_sentence(rule: str) -> None:
    with pytest.raises(ScheduleError):
        schedules.check(schedule(rule))


@pytest.mark.parametrize(
    "rule", ["FREQ=MONTHLY;BYDAY=1MO", "FREQ=HOURLY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO"]
)
def test_the_rules_people_write_are_taken(rule: str) -> None:
    schedules.check(schedule(rule))
