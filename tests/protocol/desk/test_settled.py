"""Until when what a ticket's clocks and dates say stays so: never longer than it does, and not for nothing."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.desk import events
from protocol.desk.business_time import MICROSECOND
from protocol.desk.clocks import OpenTimes, Terms
from protocol.desk.contract import Contract
from protocol.desk.events import Entry, HoldReason
from protocol.desk.overview import Flag, flags, settled_until
from protocol.desk.ticket import Ticket, fold
from tests.protocol.desk.hours import calendar, prague, version
from tests.protocol.desk.stories import FRIDAY, STAFF, Told, agreement, some_histories, story, taken, terms

COMPLETE: tuple[Told, ...] = (
    *taken(FRIDAY + "09:00"),
    (FRIDAY + "09:05", STAFF, events.MessageAdded("Hello")),
    (FRIDAY + "09:05", STAFF, events.EstimateSet(prague("2026-12-24 12:00"))),
)
ALONE = (timedelta(0), timedelta(microseconds=1), timedelta(minutes=1), timedelta(hours=7), timedelta(days=3))
some_gaps = st.lists(st.timedeltas(timedelta(0), timedelta(days=9)), max_size=4)
some_targets = st.tuples(*[st.sampled_from([None, 1, 15, 90, 600, 4000])] * 4)


def seen(ticket: Ticket, using: Terms, now: datetime) -> tuple[tuple[Flag, ...], list[datetime | None]]:
    """Its flags and targets."""
    clocks = using.clocks(ticket.track, now)
    return flags(ticket, clocks, now), [clock.target_at for clock in clocks if clock.stopped_at is None]


@given(some_histories(), st.timedeltas(-timedelta(days=1), timedelta(days=9)), some_gaps, some_targets)
def test_until_then_flags_and_targets_stay_as_they_are_and_then_one_of_its_times_is_there(
    history: list[Entry], later: timedelta, gaps: list[timedelta], targets: tuple[int | None, ...]
) -> None:
    ticket, now = fold(history), history[-1].at + later
    using = terms(agreement(*targets))
    until = settled_until(ticket, using.clocks(ticket.track, now), now)
    held = [now + gap for gap in (*ALONE, *gaps)]
    if until is not None:
        assert until >= now
        held = [then for then in held if then < until] + ([until - MICROSECOND] if until > now else [])
    for then in held:
        assert seen(ticket, using, then) == seen(ticket, using, now), then


@given(some_histories(), st.timedeltas(timedelta(0), timedelta(days=9)), some_targets)
def test_whoever_looks_again_each_time_it_says_misses_no_change_and_comes_to_an_end(
    history: list[Entry], later: timedelta, targets: tuple[int | None, ...]
) -> None:
    ticket, now = fold(history), history[-1].at + later
    using = terms(agreement(*targets))
    for _ in range(20):
        until = settled_until(ticket, using.clocks(ticket.track, now), now)
        if until is None:
            break
        now = until + MICROSECOND
    else:
        pytest.fail("it never stays as it is")
    assert seen(ticket, using, now) == seen(ticket, using, now + timedelta(days=900))


def test_a_ticket_with_everything_stays_as_it_is_until_three_quarters_of_a_time_are_gone() -> None:
    ticket, now = story(FRIDAY + "09:00", *COMPLETE), prague(FRIDAY + "09:10")
    assert settled_until(ticket, terms().clocks(ticket.track, now), now) == prague(FRIDAY + "10:35")
    assert settled_until(ticket, (), now) == prague("2026-11-23 09:05"), "then nobody has touched it for three days"


def test_a_target_beyond_what_a_calendar_is_looked_at_is_looked_for_each_time() -> None:
    now = prague(FRIDAY + "09:10")
    yearly = OpenTimes({"rare": calendar(version("Fr 09:00-09:01"))})
    using = Terms(Contract("c", "Lípa", (agreement(None, None, None, 600, hours="rare"),)), yearly)
    ticket = story(FRIDAY + "09:00", *COMPLETE)
    clocks = using.clocks(ticket.track, now)
    assert clocks[-1].target_at is None
    assert settled_until(ticket, clocks, now) == now


def test_the_day_until_which_it_is_on_hold_is_one_of_its_times() -> None:
    until = prague("2026-11-26 09:00")
    hold = (FRIDAY + "09:06", STAFF, events.OnHold(HoldReason.SCHEDULED, until))
    ticket, now = story(FRIDAY + "09:00", *COMPLETE, hold), prague("2026-11-24 09:00")
    assert settled_until(ticket, (), now) == until
    assert (flags(ticket, (), now), flags(ticket, (), until)) == ((), (Flag.UNTOUCHED,))


def test_at_the_very_time_agreed_nothing_is_known_of_the_next_moment() -> None:
    ticket, now = story(FRIDAY + "09:00", *COMPLETE), prague(FRIDAY + "11:05")
    clocks = terms().clocks(ticket.track, now)
    assert settled_until(ticket, clocks, now) == now
    assert Flag.BREACHED in seen(ticket, terms(), now + MICROSECOND)[0]
    assert Flag.BREACHED not in flags(ticket, clocks, now)
