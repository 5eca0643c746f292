"""Acceleration, load and forecast."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from protocol.desk import events, load, plan
from protocol.desk.business_time import OpenTime
from protocol.desk.calendar import DAY_AND_NIGHT
from protocol.desk.ticket import Ticket, apply
from tests.protocol.desk.hours import OFFICE, open_time, prague
from tests.protocol.desk.stories import FRIDAY, JANA, PETR, STAFF, USER, entry, story, taken

NOW = prague(FRIDAY + "12:00")
HOURS = OpenTime(DAY_AND_NIGHT)


def planned(number: int, hours: float | None, work_min: int | None = None) -> Ticket:
    done_by = None if hours is None else NOW + timedelta(hours=hours)
    made = story(FRIDAY + "09:00", *taken(FRIDAY + "09:00"), number=number)
    return replace(made, done_by=done_by, work_min=work_min)


def paid(ticket: Ticket) -> Ticket:
    key = "a" * 32
    made = events.QuoteMade(key, "Faster", 100, "EUR", NOW + timedelta(days=1), 60)
    return apply(
        apply(ticket, entry(NOW, STAFF, made, ticket.number)),
        entry(NOW, USER, events.QuoteAnswered(key, accepted=True), ticket.number),
    )


def test_p27_whoever_was_to_be_done_between_moves_by_the_work_and_nobody_else() -> None:
    first = planned(1, 10, work_min=90)
    soon, between, beside, after = planned(2, 1), planned(3, 5), planned(4, 10), planned(5, 20)
    others = [(ticket, None) for ticket in (after, beside, between, soon)]
    moves = plan.displaced(first, NOW + timedelta(hours=2), others, HOURS, NOW)
    assert moves == [plan.Move(3, NOW + timedelta(hours=6, minutes=30))]


def test_p27_nobodys_contract_is_broken_and_nobody_who_paid_is_moved() -> None:
    first = planned(1, None)
    tight, bought = planned(2, 5), paid(planned(3, 5))
    others: list[tuple[Ticket, datetime | None]] = [(tight, NOW + timedelta(hours=5, minutes=30)), (bought, None)]
    assert plan.displaced(first, NOW + timedelta(hours=1), others, HOURS, NOW) == []
    just = [(tight, NOW + timedelta(hours=5, minutes=plan.USUAL_WORK_MIN))]  # kept to the minute is kept
    assert [move.ticket for move in plan.displaced(first, NOW + timedelta(hours=1), just, HOURS, NOW)] == [2]


@given(
    st.lists(st.tuples(st.none() | st.floats(-5, 50), st.none() | st.floats(0, 60)), max_size=8),
    st.integers(1, 600),
    st.floats(0.5, 40),
)
def test_p27_moves_keep_their_order_are_later_and_pass_no_agreed_time(
    others: list[tuple[float | None, float | None]], work_min: int, target: float
) -> None:
    first = planned(1, None, work_min)
    agreed = {n: None if until is None else NOW + timedelta(hours=until) for n, (_, until) in enumerate(others, 2)}
    tickets = {number: planned(number, hours) for number, (hours, _) in enumerate(others, 2)}
    pairs = [(tickets[number], agreed[number]) for number in tickets]
    moves = plan.displaced(first, NOW + timedelta(hours=target), pairs, HOURS, NOW)
    before = [tickets[move.ticket].done_by for move in moves]
    assert before == sorted(at for at in before if at is not None)
    for move in moves:
        was, until = tickets[move.ticket].done_by, agreed[move.ticket]
        assert was is not None
        assert move.done_by == was + timedelta(minutes=work_min)
        assert until is None or move.done_by <= until


def test_the_target_counts_the_contracts_hours_from_the_yes_on() -> None:
    office = open_time(OFFICE)
    assert plan.target(60, office, prague(FRIDAY + "16:30")) == prague("2026-11-23 08:30")


def test_p42_a_free_technician_begins_at_once_and_a_busy_desk_says_how_long() -> None:
    jana_at_work = planned(1, 5, work_min=60)
    waiting = story(FRIDAY + "09:00", number=2)
    assert load.forecast([jana_at_work], ["jana", "petr"]) == events.WaitForecast(0, 0, 2)
    assert load.forecast([jana_at_work, waiting], ["jana", "petr"]) == events.WaitForecast(45, 1, 2)
    assert load.forecast([jana_at_work], ["jana"]) == events.WaitForecast(30, 0, 1)
    assert load.forecast([], []) is None


def test_p42_the_load_is_what_is_ones_own_move() -> None:
    hold = events.OnHold(events.HoldReason.USER)
    held = apply(planned(3, None), entry(FRIDAY + "13:00", STAFF, hold, 3))
    petrs = apply(planned(4, None, 30), entry(FRIDAY + "13:00", STAFF, events.HandedOver(PETR, "a", "b", "c"), 4))
    found = load.loads([planned(1, None, 45), held, petrs, story(FRIDAY + "09:00", number=5)])
    assert found == {
        JANA.identifier: load.Load(1, 1, 45),
        PETR.identifier: load.Load(1, 1, 30),
        "": load.Load(1, 0, plan.USUAL_WORK_MIN),
    }


def test_p42_forecasts_are_held_against_what_came() -> None:
    told = load.accuracy([(10, 20.0), (30, 20.0)])
    assert told == {"count": 2, "forecast_min": 20, "actual_min": 20, "error_min": 10}
    assert load.accuracy([])["count"] == 0
