"""What the history says of each thing that happens to a ticket."""

import typing
from datetime import UTC, datetime

import msgspec
import pytest

from console.ui import happenings
from protocol.desk import events
from protocol.desk.events import Actor, EndReason, ProofPhase
from protocol.desk.terms import Channel
from protocol.envelope import HistoryLine

KEY = "0" * 32
AT = datetime(2026, 11, 22, tzinfo=UTC)


def said(event: events.TicketEvent) -> str:
    return happenings.happened(HistoryLine(1, AT, Actor.STAFF, "Tina", event))


def test_p21_a_call_was_made_by_who_called_and_not_by_whoever_wrote_it_down() -> None:
    asked = events.Opened("1" * 32, "", "", "Bob\nBaker", "It smokes", 2, 15, (), AT)
    assert said(asked) == "Asked for help"
    assert said(msgspec.structs.replace(asked, channel=Channel.PHONE)) == "Bob Baker called for help"


def test_a_session_that_the_user_did_not_agree_to_lasted_for_no_time_at_all() -> None:
    refused = "No session. The user did not agree."
    assert said(events.SessionEnded(KEY, EndReason.REFUSED, 0.0)) == refused
    unanswered = "No session. The user did not answer within a minute; that means no."
    assert said(events.SessionEnded(KEY, EndReason.NO_ANSWER, 0.0)) == unanswered


def test_a_session_of_which_no_time_is_known_is_over_without_a_duration() -> None:
    taken_back = events.SessionEnded(KEY, EndReason.TECHNICIAN_LEFT, 0.0)
    assert said(taken_back) == "Session over. The technician ended it."


def test_a_session_of_under_a_minute_is_over_after_less_than_a_minute() -> None:
    short = events.SessionEnded(KEY, EndReason.USER_STOPPED, 0.4)
    assert said(short) == "Session over after less than a minute. The user ended the session."


@pytest.mark.parametrize("kind", typing.get_args(events.TicketEvent))
def test_each_event_of_a_ticket_has_a_sentence(kind: type) -> None:
    assert kind in happenings.KNOWN


def test_what_must_not_be_misunderstood_is_told_with_what_was_written() -> None:
    full = events.CheckResult("disk.free_mb", "/home", "12", passed=False)
    assert said(events.InstructionGiven(KEY, ("Open it", "Close it"))) == "Steps for the user:\n1. Open it\n2. Close it"
    stuck = events.InstructionAnswered(KEY, done=False, step=2)
    assert said(stuck) == "Got stuck at step 2 and asks that it be done for him."
    assert said(events.InstructionAnswered(KEY, done=True)) == "Did the steps."
    assert said(events.ReadBackAnswered(right=False, text="Only mine")) == "No, that is not it. Only mine"
    assert said(events.CheckKept(KEY, "laptop", full)) == "Kept as proof, it fails: disk.free_mb /home: 12"
    ran = events.CheckRan(KEY, ProofPhase.AFTER_A_DAY, full)
    assert said(ran) == "Check fails after a day: disk.free_mb /home: 12"
    assert said(events.Rated(4)) == "Gave 4 of 5 stars."
    assert said(events.RequesterSet("eva", "Eva\nBeispiel", "Firma")) == "The request of Eva Beispiel"
    assert (
        said(events.NoticeSent(events.NoticeKind.RECEIPT, "eva@x.example", way="mail"))
        == "Mail queued for eva@x.example"
    )
    unless = events.NoticeSent(events.NoticeKind.ANSWER, "eva", way="mail unless seen")
    assert said(unless) == "Mail queued for eva, unless seen in the window before"
