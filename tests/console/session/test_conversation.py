import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.session.conversation import (
    Allowed,
    Conversation,
    Event,
    FrameReceived,
    NotAllowed,
    Over,
    Secured,
    SessionFault,
    Subject,
    Wish,
)
from console.session.stages import Stage
from protocol.desk.events import EndReason
from protocol.scopes import Scope
from protocol.session import messages
from protocol.session.framing import Kind
from protocol.trust import Identity
from tests.console.agent_end import CONTROL, SEE, SESSION, TICKET, AgentEnd
from tests.parties import Parties

PARTIES = Parties()
OTHER = Parties(name="Mallory Inc")
WISH = Wish(frozenset({SEE, CONTROL}), 10)


@dataclasses.dataclass
class Pair:
    console: Conversation
    agent: AgentEnd

    def hear(self, data: bytes) -> list[Event]:
        return list(self.console.receive_data(data, PARTIES.now))

    def settle(self) -> list[Event]:
        """Carries bytes both ways until nobody has any."""
        events: list[Event] = []
        while (there := self.console.data_to_send()) or (back := self.agent.tunnel.data_to_send()):
            if there:
                self.agent.receive(there)
                back = self.agent.tunnel.data_to_send()
            events += self.hear(back)
        return events


def pair(*, identity: Identity | None = None, device: str = "laptop", wish: Wish = WISH) -> Pair:
    console = Conversation(
        Subject(SESSION, TICKET, device),
        wish,
        PARTIES.jana,
        organisation=PARTIES.organisation,
        revocations=PARTIES.revocations(),
        now=PARTIES.now,
    )
    return Pair(console, AgentEnd(PARTIES, identity or PARTIES.laptop))


def running() -> Pair:
    both = pair()
    both.settle()
    both.hear(both.agent.allow())
    return both


def test_a_secured_line_leads_to_the_question_and_the_answer_to_pictures() -> None:
    both = pair()
    stages = [both.console.stage]
    (secured,) = both.settle()
    assert isinstance(secured, Secured)
    assert secured.device.name == "Eva's laptop"
    assert both.agent.heard == [messages.Ask(TICKET, WISH.scopes, 10)]
    stages.append(both.console.stage)
    (allowed,) = both.hear(both.agent.allow())
    assert isinstance(allowed, Allowed)
    assert allowed.consent.scopes == {SEE, CONTROL}
    stages.append(both.console.stage)
    assert stages == [Stage.SECURING, Stage.ASKING, Stage.RUNNING]
    assert both.hear(both.agent.show(b"picture")) == [FrameReceived(b"picture")]


def test_another_machine_than_the_tickets_is_refused_and_asked_nothing() -> None:
    both = pair(identity=PARTIES.device("desktop", "Eva's desktop"))
    with pytest.raises(SessionFault, match="not the one this ticket is about") as caught:
        both.settle()
    assert caught.value.reason is EndReason.NOT_TRUSTED
    assert both.agent.heard == []


def test_a_machine_of_another_organisation_is_refused() -> None:
    both = pair()
    both.agent = AgentEnd(OTHER, OTHER.laptop)
    with pytest.raises(Exception, match=r"."):  # whichever end notices first
        both.settle()
    assert both.console.stage is not Stage.ASKING


@pytest.mark.parametrize(
    "body",
    [
        messages.encode(messages.ScreenChanged(10, 10)),
        messages.encode(messages.CursorMoved(1, 1)),
        messages.encode(messages.InputDropped("x", 1)),
    ],
)
def test_nothing_is_shown_before_the_user_agreed(body: bytes) -> None:
    both = pair()
    both.settle()
    with pytest.raises(SessionFault, match="before the user agreed"):
        both.hear(both.agent.send(Kind.TYPED, body))


def test_a_picture_before_the_user_agreed_ends_the_session() -> None:
    both = pair()
    both.settle()
    with pytest.raises(SessionFault, match="picture before the user agreed"):
        both.hear(both.agent.show(b"picture"))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"session": "6" * 32}, "another session"),
        ({"binding": bytes(32)}, "another session"),
        ({"technician": bytes(32)}, "somebody else"),
        ({"device": bytes(32)}, "another device"),
        ({"ticket": 8}, "another ticket"),
        ({"scopes": frozenset({SEE, Scope.FILES_FROM})}, "nobody asked for"),
        ({"begin": PARTIES.now - timedelta(minutes=20), "end": PARTIES.now - timedelta(minutes=10)}, "over already"),
    ],
)
def test_a_consent_that_was_not_given_here_for_this_shows_nothing(changes: dict[str, Any], why: str) -> None:
    both = pair()
    both.settle()
    scopes = changes.pop("scopes", frozenset({SEE}))
    with pytest.raises(SessionFault, match=why) as caught:
        both.hear(both.agent.allow(scopes, **changes))
    assert caught.value.reason is EndReason.NOT_TRUSTED
    assert both.console.stage is Stage.OVER


def test_a_no_is_told_and_the_goodbye_after_it_says_why() -> None:
    both = pair()
    both.settle()
    assert both.hear(both.agent.say(messages.ConsentRefused("Not now."))) == [NotAllowed("Not now.")]
    assert both.hear(both.agent.say(messages.Goodbye("no_answer"))) == [Over(EndReason.NO_ANSWER)]
    assert both.console.stage is Stage.OVER


def test_a_no_to_more_leaves_what_was_allowed() -> None:
    both = pair(wish=Wish(frozenset({SEE}), 10))
    both.settle()
    both.hear(both.agent.allow(frozenset({SEE})))
    both.console.ask(WISH)
    both.agent.receive(both.console.data_to_send())
    assert both.agent.heard[-1] == messages.Ask(TICKET, WISH.scopes, 10)
    assert both.hear(both.agent.say(messages.ConsentRefused("No."))) == [NotAllowed("No.")]
    assert both.console.stage is Stage.RUNNING


@pytest.mark.parametrize("reason", list(EndReason))
def test_the_other_ends_goodbye_says_why(reason: EndReason) -> None:
    both = running()
    assert both.hear(both.agent.say(messages.Goodbye(reason.value))) == [Over(reason)]


def test_a_line_that_ends_without_goodbye_is_lost() -> None:
    both = running()
    both.agent.tunnel.close()
    assert both.hear(both.agent.tunnel.data_to_send()) == [Over(EndReason.LINE_LOST)]


def test_an_end_of_ones_own_is_said() -> None:
    both = running()
    both.console.end(EndReason.TECHNICIAN_LEFT)
    both.agent.receive(both.console.data_to_send())
    assert both.agent.heard[-1] == messages.Goodbye("technician_left")


@given(st.data())
def test_a_relay_that_changes_a_byte_ends_the_session_and_nothing_is_shown(data: st.DataObject) -> None:
    both = running()
    sent = bytearray(both.agent.show(b"picture" * 20))
    sent[data.draw(st.integers(0, len(sent) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    shown: list[Event] = []
    try:
        for event in both.console.receive_data(bytes(sent), PARTIES.now):
            shown.append(event)  # noqa: PERF402 - what came before the fault counts
    except SessionFault as fault:
        assert fault.reason is EndReason.NOT_TRUSTED
    assert shown == []


@given(st.sampled_from(list(Kind)), st.binary(max_size=200))
def test_whatever_a_hostile_agent_says_is_an_event_or_a_fault(kind: Kind, body: bytes) -> None:
    both = running()
    try:
        events = both.hear(both.agent.send(kind, body))
    except SessionFault as fault:
        assert str(fault)
        return
    assert all(isinstance(event, FrameReceived) for event in events) or kind is Kind.TYPED
