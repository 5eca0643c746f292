"""What is agreed on a ticket, as its fold has it."""

from datetime import timedelta

import pytest

from protocol.desk import events
from protocol.desk.events import AppointmentOutcome
from protocol.desk.states import StepRefused
from protocol.desk.ticket import Ticket, apply
from tests.protocol.desk.hours import prague
from tests.protocol.desk.stories import DESK, FRIDAY, JANA, PETR, STAFF, USER, entry, story, taken

NOW = prague(FRIDAY + "12:00")
KEY, OTHER = "a" * 32, "b" * 32


def after(*happened: events.TicketEvent, at: timedelta = timedelta()) -> Ticket:
    ticket = story(FRIDAY + "09:00", *taken(FRIDAY + "09:00"))
    for event in happened:
        ticket = apply(ticket, entry(NOW + at, STAFF, event))
    return ticket


def quote(key: str = KEY, within_min: int | None = 60) -> events.QuoteMade:
    return events.QuoteMade(key, "Sooner", 5000, "EUR", NOW + timedelta(days=1), within_min)


def test_p27_a_price_is_owed_from_the_yes_until_the_ticket_was_moved_ahead() -> None:
    made = after(quote(), quote(OTHER, None))
    assert made.agreements.accelerated is None
    yes = apply(made, entry(NOW, USER, events.QuoteAnswered(KEY, accepted=True, user="eva")))
    assert yes.agreements.quotes[KEY].is_owed
    assert yes.agreements.accelerated is not None
    moved = apply(yes, entry(NOW, DESK, events.MovedAhead(KEY, NOW, (7,))))
    assert not moved.agreements.quotes[KEY].is_owed
    no_speed = apply(moved, entry(NOW, USER, events.QuoteAnswered(OTHER, accepted=True)))
    assert not no_speed.agreements.quotes[OTHER].is_owed


def test_p11_a_price_is_answered_once_while_it_is_valid_and_only_if_it_was_named() -> None:
    answered = after(quote(), events.QuoteAnswered(KEY, accepted=False))
    for ticket, event, why in (
        (answered, events.QuoteAnswered(KEY, accepted=True), "already"),
        (after(), events.QuoteAnswered(KEY, accepted=True), "already"),
        (after(), events.MovedAhead(KEY, NOW), "no such offer"),
    ):
        with pytest.raises(StepRefused, match=why):
            apply(ticket, entry(NOW, USER, event))
    late = after(quote())
    with pytest.raises(StepRefused, match="run out"):
        apply(late, entry(NOW + timedelta(days=2), USER, events.QuoteAnswered(KEY, accepted=True)))
    until = late.agreements.quotes[KEY].valid_until
    assert apply(late, entry(until, USER, events.QuoteAnswered(KEY, accepted=True))).agreements.quotes[KEY].accepted
    declined = apply(late, entry(NOW + timedelta(days=2), USER, events.QuoteAnswered(KEY, accepted=False)))
    assert declined.agreements.quotes[KEY].accepted is False  # a no is always heard


def test_p31_an_appointment_under_the_same_number_is_moved_and_ends_once() -> None:
    hour = timedelta(hours=1)
    made = after(
        events.AppointmentMade(KEY, NOW + hour, NOW + 2 * hour, "Here"),
        events.AppointmentMade(KEY, NOW + 3 * hour, NOW + 4 * hour, "There"),
    )
    assert [one.begin for one in made.agreements.appointments.values()] == [NOW + 3 * hour]
    over = apply(made, entry(NOW, STAFF, events.AppointmentOver(KEY, AppointmentOutcome.MISSED)))
    assert not over.agreements.appointments
    with pytest.raises(StepRefused, match="over already"):
        apply(over, entry(NOW, STAFF, events.AppointmentOver(KEY, AppointmentOutcome.KEPT)))


def test_p40_everybody_who_ever_had_it_is_remembered_and_whoever_is_barred_stays_so() -> None:
    passed_on = after(events.HandedOver(PETR, "a", "b", "c"))
    assert passed_on.agreements.handlers == ("jana", "petr")
    barred = apply(passed_on, entry(NOW, DESK, events.HandlersBarred(("jana",))))
    barred = apply(barred, entry(NOW, DESK, events.HandlersBarred(("petr",), 3)))
    assert barred.agreements.barred == {"jana", "petr"}
    for event in (events.Assigned(JANA), events.HandedOver(PETR, "a", "b", "c")):
        with pytest.raises(StepRefused, match="past the person concerned"):
            apply(barred, entry(NOW, STAFF, event))


def test_p42_the_first_forecast_stands_and_p26_a_taken_offer_is_over() -> None:
    told = after(events.WaitForecast(20, 3, 2), events.WaitForecast(5, 0, 2))
    assert told.agreements.forecast == events.WaitForecast(20, 3, 2)
    offered = after(events.TicketOffered(PETR))
    assert offered.agreements.offered == "petr"
    assert apply(offered, entry(NOW, STAFF, events.Assigned(PETR))).agreements.offered == ""
    left = apply(offered, entry(NOW, STAFF, events.OfferDeclined(PETR, "Not mine")))
    assert (left.agreements.offered, left.agreements.declined) == ("", frozenset({"petr"}))
