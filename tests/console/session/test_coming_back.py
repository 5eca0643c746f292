"""A session whose line was cut goes on with the program that gave the consent, and with nobody else."""

import dataclasses

import pytest

from console.session.conversation import (
    Allowed,
    Conversation,
    Event,
    FrameReceived,
    Resumed,
    SessionFault,
    Subject,
    Wish,
)
from console.session.stages import Stage
from protocol.desk.events import EndReason
from protocol.session import messages, resumption
from protocol.trust import Identity, Role
from tests.console.agent_end import CONTROL, SEE, SESSION, TICKET, AgentEnd
from tests.parties import Parties

OURS = Parties()


@dataclasses.dataclass
class Session:
    """A console with a consent, and the agent that it has a tunnel to at the moment."""

    console: Conversation
    agent: AgentEnd
    secret: bytes = b""

    def settle(self) -> list[Event]:
        """Carries bytes both ways until nobody has any."""
        events: list[Event] = []
        while (there := self.console.data_to_send()) or (back := self.agent.tunnel.data_to_send()):
            if there:
                self.agent.receive(there)
                back = self.agent.tunnel.data_to_send()
            events += self.hear(back)
        return events

    def hear(self, data: bytes) -> list[Event]:
        return list(self.console.receive_data(data, OURS.now))

    def dial_again(self, identity: Identity | None = None) -> list[Event]:
        """The line is cut and comes back; at its other end is a new agent's end."""
        assert self.console.interrupt()
        self.agent = AgentEnd(OURS, identity or OURS.laptop)
        self.console.take_up(OURS.revocations(), OURS.now)
        return self.settle()

    def proof(self, role: Role = Role.DEVICE, secret: bytes | None = None) -> messages.Resumed:
        """What an agent answers in the tunnel there is now."""
        assert self.agent.secured is not None
        binding = self.agent.secured.binding
        return messages.Resumed(
            resumption.prove(self.secret if secret is None else secret, role, session=SESSION, binding=binding)
        )


def running() -> Session:
    console = Conversation(
        Subject(SESSION, TICKET, "laptop"),
        Wish(frozenset({SEE, CONTROL}), 10),
        OURS.jana,
        organisation=OURS.organisation,
        revocations=OURS.revocations(),
        now=OURS.now,
    )
    session = Session(console, AgentEnd(OURS, OURS.laptop))
    session.settle()
    assert session.agent.secured is not None
    session.secret = session.agent.secured.resumption
    session.hear(session.agent.allow())
    assert console.stage is Stage.RUNNING
    return session


def test_the_same_agent_is_believed_and_its_pictures_are_shown_again() -> None:
    session = running()
    given = session.console.consent
    assert session.dial_again() == []
    assert [type(one) for one in session.agent.heard] == [messages.Resume]
    assert session.hear(session.agent.say(session.proof())) == [Resumed()]
    assert session.hear(session.agent.show(b"a picture")) == [FrameReceived(b"a picture")]
    assert (session.console.stage, session.console.consent) == (Stage.RUNNING, given)


def test_it_comes_back_again_and_again() -> None:
    session = running()
    for _ in range(5):
        session.dial_again()
        session.dial_again()  # an attempt that got no answer
        assert session.hear(session.agent.say(session.proof())) == [Resumed()]


def test_the_proof_that_the_console_sends_is_its_own_and_of_this_tunnel() -> None:
    session = running()
    proofs = []
    for _ in range(2):
        session.dial_again()
        [resume] = session.agent.heard
        assert isinstance(resume, messages.Resume)
        assert session.agent.secured is not None
        binding = session.agent.secured.binding
        resumption.check(resume.proof, session.secret, Role.TECHNICIAN, session=SESSION, binding=binding)
        proofs.append(resume.proof)
    assert len(set(proofs)) == len(proofs)


def test_what_was_asked_or_done_before_the_cut_reaches_nobody_after_it() -> None:
    session = running()
    session.console.send(messages.KeyChanged(30, 97, down=True))
    session.dial_again()
    session.console.send(messages.KeyChanged(31, 97, down=True))
    session.settle()
    assert [type(one) for one in session.agent.heard] == [messages.Resume]


@pytest.mark.parametrize("how", ["reflected", "replayed", "another secret", "no proof", "a picture", "a consent"])
def test_whoever_cannot_prove_it_shows_nothing_and_ends_it(how: str) -> None:
    session = running()
    session.dial_again()
    before = session.proof()
    session.dial_again()
    resume = session.agent.heard[-1]
    assert isinstance(resume, messages.Resume)
    match how:
        case "reflected":
            answer = session.agent.say(messages.Resumed(resume.proof))
        case "replayed":
            answer = session.agent.say(before)
        case "another secret":
            answer = session.agent.say(session.proof(secret=b"x" * 32))
        case "no proof":
            answer = session.agent.say(messages.ScreenChanged(640, 480))
        case "a picture":
            answer = session.agent.show(b"a picture")
        case _:
            answer = session.agent.allow()
    with pytest.raises(SessionFault) as fault:
        session.hear(answer)
    assert fault.value.reason in (EndReason.NOT_TRUSTED, EndReason.FAULT)
    assert session.console.stage is Stage.OVER


def test_another_machine_of_the_same_organisation_is_sent_away_unheard() -> None:
    session = running()
    with pytest.raises(SessionFault) as fault:
        session.dial_again(OURS.device("desktop", "Eva's desktop"))
    assert fault.value.reason is EndReason.NOT_TRUSTED
    assert session.agent.heard == []


def test_there_is_nothing_to_come_back_to_before_a_consent_or_after_the_end() -> None:
    session = running()
    session.console.end(EndReason.TECHNICIAN_LEFT)
    assert not session.console.interrupt()
    fresh = Conversation(
        Subject(SESSION, TICKET, "laptop"),
        Wish(frozenset({SEE}), 10),
        OURS.jana,
        organisation=OURS.organisation,
        revocations=OURS.revocations(),
        now=OURS.now,
    )
    assert not fresh.interrupt()


def test_a_wider_consent_that_crossed_the_cut_is_checked_against_the_first_tunnel() -> None:
    session = running()
    first = session.agent
    wider = first.consent()
    session.dial_again()
    session.hear(session.agent.say(session.proof()))
    [allowed] = session.hear(session.agent.say(messages.ConsentGiven(wider)))
    assert isinstance(allowed, Allowed)
