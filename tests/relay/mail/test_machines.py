"""Who answers our mails at once and in the same words is a program; everybody else is a person."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.desk import events
from protocol.desk.events import Actor, Channel, Entry, NoticeKind
from relay.mail.machines import ALIKE, AT_ONCE, BY_ITSELF, Heard, alike, answers_by_itself, heard_from

NOW = datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
SOON, LATER = timedelta(seconds=20), timedelta(minutes=20)
CASE = "Thank you for writing to us. Your case number is {}. We answer within two days."


def case(number: int, after: timedelta | None = SOON, *, automatic: bool = False) -> Heard:
    return Heard(CASE.format(number), after, automatic)


MACHINES = {
    "the same words but for a number, at once": [case(1, None), case(2)],
    "the same words three times, whenever it looks": [case(1, LATER), case(2, LATER), case(3, LATER)],
    "few words three times": [Heard("OK", SOON), Heard("OK", SOON), Heard("OK", SOON)],
    "four times at once, whatever it says": [
        Heard(f"{word} is what we think", SOON) for word in ("a", "bb", "c", "dd")
    ],
    "it goes on though we are silent": [case(1), case(2, automatic=True), case(3, None)],
    "no word at all": [Heard("4711", SOON), Heard("4711", SOON), Heard("4711", LATER)],
}
PEOPLE = {
    "the first mail": [case(1, None)],
    "thanks twice": [Heard("Thank you!", LATER), Heard("Thank you!", SOON)],
    "two quick words": [Heard("Thank you, that helped a lot", SOON), Heard("Oh, and the other printer, too?", SOON)],
    "a second mail with the same words a while later": [Heard("It burns again in the cellar", None)] * 2,
    "the same to a colleague's words, again and again": [Heard("Yes, please do that for us", None)] * 9,
    "something else after a program was at work": [case(1), case(2, automatic=True), Heard("Eva here, it burns", SOON)],
    "three quick questions": [Heard(f"And what about the {what}?", SOON) for what in ("scanner", "fax", "toner")],
}


@pytest.mark.parametrize("what", MACHINES)
def test_a_program_is_told_by_the_same_words_at_once(what: str) -> None:
    assert answers_by_itself(MACHINES[what])


@pytest.mark.parametrize("what", PEOPLE)
def test_a_person_who_writes_as_people_do_is_never_taken_for_a_program(what: str) -> None:
    assert not answers_by_itself(PEOPLE[what])


@given(st.lists(st.tuples(st.text(), st.booleans()), max_size=8))
def test_nobody_whom_the_desk_told_nothing_by_itself_is_taken_for_a_program(said: list[tuple[str, bool]]) -> None:
    assert not answers_by_itself([Heard(text, None) for text, _ in said])


@given(st.text(), st.text())
def test_two_texts_are_alike_both_ways_round_and_each_is_like_itself(one: str, other: str) -> None:
    assert alike(one, other) is alike(other, one)
    assert alike(one, one)


def test_how_alike_is_told_by_words_and_not_by_numbers() -> None:
    assert alike("Case 4711: we have your mail.", "case 12 we have your MAIL")
    assert not alike("The printer burns", "The scanner burns")
    assert ALIKE > 0.5


def entry(event: events.Event, actor: Actor = Actor.REQUESTER) -> tuple[Entry, datetime]:
    return Entry(1, NOW, actor, "", "", event), NOW


def test_what_people_write_to_each_other_and_what_went_to_somebody_else_is_no_mail_of_ours_that_he_answers() -> None:
    said = events.MessageAdded("Is it on?", channel=Channel.MAIL, sender="eva@firm.example")
    for kind in NoticeKind:
        for to in ("eva", "petr"):
            told = entry(events.NoticeSent(kind, to), Actor.DESK)
            heard = heard_from("eva@firm.example", {"eva"}, [entry(said), told], "Yes", NOW + SOON)
            assert [mail.text for mail in heard] == ["Is it on?", "Yes"]
            assert (heard[-1].after_ours == SOON) is (kind in BY_ITSELF and to == "eva")


def test_a_clock_that_was_put_back_makes_nothing_quicker_than_at_once() -> None:
    told = entry(events.NoticeSent(NoticeKind.RECEIPT, "eva"), Actor.DESK)
    heard = heard_from("eva@firm.example", {"eva"}, [told], "Yes", NOW - timedelta(hours=3))
    assert heard[-1].after_ours == timedelta() < AT_ONCE
