import typing

import msgspec
import pytest

from protocol.desk import events
from protocol.desk.telling import AMONG_STAFF, IN_PART, TOLD, told_to_requester
from tests.protocol.desk.stories import JANA

CANARY = "canary-7f3a"
KEY = "1" * 32
AMONG_THEM: tuple[events.Event, ...] = (
    events.Triaged(2, 2, CANARY),
    events.PriorityOverridden(1, CANARY),
    events.KindSet(events.TicketKind.COMPLAINT, CANARY),
    events.LinksRevoked(CANARY),
    events.HandedOver(JANA, CANARY, CANARY, "Look at it", CANARY, CANARY),
    events.MergedInto(7, CANARY),
    events.MessageAdded(CANARY, internal=True),
    events.OfferDeclined(JANA, CANARY),
    events.NoticeSent(events.NoticeKind.BREACH, "jana", text=CANARY, message_id=f"{CANARY}@desk.example"),
    events.MailBounced(f"{CANARY}@desk.example", "jana@desk.example", CANARY),
    events.Tagged((CANARY,)),
    events.HandlersBarred((CANARY,)),
    events.Paged(KEY, CANARY, 0),
    events.PageAcknowledged(KEY, CANARY),
)


def test_of_each_event_it_is_decided_once_what_a_requester_is_told() -> None:
    assert set(typing.get_args(events.TicketEvent)) == TOLD | AMONG_STAFF | IN_PART
    assert len(TOLD) + len(AMONG_STAFF) + len(IN_PART) == len(typing.get_args(events.TicketEvent))


@pytest.mark.parametrize("event", AMONG_THEM, ids=lambda event: type(event).__name__)
def test_what_staff_write_for_each_other_is_told_to_no_requester(event: events.Event) -> None:
    told = told_to_requester(event)
    assert CANARY not in repr(told)
    assert (told is None) == (type(event) in AMONG_STAFF or isinstance(event, events.MessageAdded))
    if told is not None:
        msgspec.convert(msgspec.to_builtins(told), type(told))  # it can still be read at the other end


def test_no_reason_is_told_but_of_what_is_billed() -> None:
    with_reason = {kind for kind in TOLD if "reason" in typing.get_type_hints(kind)}
    assert with_reason == {events.OnHold, events.SessionEnded, events.TimeCorrected}


def test_what_happens_to_the_desk_itself_is_no_requesters_business() -> None:
    assert told_to_requester(events.LossStated(5)) == events.LossStated(5), "the control"
    assert told_to_requester(events.StaffSet(events.StaffProfile("jana", "Jana", "Engineer", "1"))) is None
