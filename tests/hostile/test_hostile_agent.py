"""A hostile agent, or relay, that floods the technician's console: what waits stays bounded, what counts arrives."""

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from console.events import (
    EnrolmentChanged,
    EnrolmentState,
    Event,
    Heard,
    LineMeasured,
    PictureMeasured,
    Said,
    SessionFinished,
    StageReached,
)
from console.mailbox import MAX_WAITING, Mailbox
from console.picture.measures import Reading
from console.session.stages import Stage
from protocol import envelope
from protocol.desk.events import EndReason
from protocol.session.messages import CursorChanged, CursorMoved, InputDropped
from tests.agent.asked import a_request, a_view
from tests.conftest import Logs

SESSION = "5" * 32
FLOOD = 20_000
READING = Reading(12.0, 3.0, 30.0, 30, 4096, 1.0, 4096.0, 1.0, ())


def cursor(number: int) -> Said:
    return Said(SESSION, CursorChanged(1, 1, 0, 0, number.to_bytes(4, "big")))


def of(kind: type, events: list[Event]) -> int:
    return sum(isinstance(event, kind) for event in events)


@pytest.mark.usefixtures("qapp")
def test_of_a_flood_of_cursors_only_the_newest_waits() -> None:
    mailbox = Mailbox()
    for number in range(FLOOD):
        mailbox.post(cursor(number))
    assert mailbox.take_all() == [cursor(FLOOD - 1)]


@pytest.mark.usefixtures("qapp")
def test_of_a_flood_of_answers_to_wait_only_the_newest_waits() -> None:
    mailbox = Mailbox()
    for state in (EnrolmentState.SENDING, EnrolmentState.WAITING, EnrolmentState.DONE):
        for _ in range(FLOOD):
            mailbox.post(EnrolmentChanged(state))
    assert mailbox.take_all() == [EnrolmentChanged(state) for state in EnrolmentState]


@pytest.mark.usefixtures("qapp")
def test_a_flood_of_anything_else_is_cut_counted_and_said(logs: Logs) -> None:
    logs.expect("events_dropped")
    mailbox = Mailbox()
    view = a_view(a_request())
    mailbox.post(StageReached(SESSION, Stage.RUNNING))
    for number in range(FLOOD):
        mailbox.post(Said(SESSION, CursorMoved(number, 0)))
        mailbox.post(Said(SESSION, InputDropped("made up", 1)))
        mailbox.post(Heard(envelope.TicketChanged(msgspec.structs.replace(view, number=number + 1))))
        mailbox.post(LineMeasured(SESSION, 1.0))
        mailbox.post(PictureMeasured(SESSION, READING))
    mailbox.post(SessionFinished(SESSION, EndReason.FAULT, "It is over.", ours=True))
    waiting = mailbox.take_all()
    assert {kind: of(kind, waiting) for kind in MAX_WAITING} == MAX_WAITING
    assert (of(StageReached, waiting), of(SessionFinished, waiting)) == (1, 1)
    (entry,) = logs.of("events_dropped")
    assert entry["heard_waiting"] == FLOOD - MAX_WAITING[Heard]


def test_windows_that_keep_up_get_everything_in_order(qtbot: QtBot) -> None:
    """The control."""
    mailbox = Mailbox()
    taken: list[Event] = []
    mailbox.arrived.connect(lambda: taken.extend(mailbox.take_all()))
    sent = [Said(SESSION, InputDropped("expired", number + 1)) for number in range(2000)]
    for at in range(0, len(sent), 100):
        for event in sent[at : at + 100]:
            mailbox.post(event)
        qtbot.waitUntil(lambda at=at: len(taken) == at + 100)  # type: ignore[misc]
    assert taken == sent
