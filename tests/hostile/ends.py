"""Both ends of a session on a line in the same process: the console's real conversation, and an agent without a screen.

Each keeps what would have been shown or injected, so that a test can hold it against what the other end sent.
"""

import dataclasses
import hashlib
from datetime import datetime, timedelta

from console.session.conversation import Conversation, FrameReceived, Over, SessionFault, Subject, Wish
from protocol import consent as consents
from protocol.consent import Consent
from protocol.scopes import Scope
from protocol.session import framing, messages
from protocol.session.framing import FrameReader, Kind
from protocol.session.gate import Gate
from protocol.trust import Identity
from protocol.tunnel import Closed, DataReceived, Secured, Side, State, Tunnel, TunnelError
from tests.parties import Parties

SCOPES = frozenset({Scope.SEE, Scope.CONTROL})
TICKET = 7
SESSION = "5" * 32
IN_ORDER = "the other end closed in order"


class EndBroke(Exception):  # noqa: N818 - what happened, with the sentence
    """One end ended the session."""


@dataclasses.dataclass
class Agent:
    """The helped side: tunnel, reader and gate as the worker has them; its user always says yes.

    Attributes:
        injected: what passed the gate, in order.
        session: its number at the relay.
    """

    ours: Parties
    session: str = SESSION
    ticket: int = TICKET
    identity: Identity | None = None

    def __post_init__(self) -> None:
        self.identity = self.identity or self.ours.laptop
        self.tunnel = Tunnel(
            Side.AGENT,
            self.identity,
            organisation=self.ours.organisation,
            revocations=self.ours.revocations(),
            now=self.ours.now,
        )
        self.gate = Gate()
        self.injected: list[object] = []
        self.consents = 0
        self._reader = FrameReader(largest={Kind.FRAME: 0})
        self._secured: Secured | None = None

    def receive_data(self, data: bytes) -> None:
        try:
            for event in self.tunnel.receive_data(data):
                match event:
                    case Secured():
                        self._secured = event
                    case DataReceived(plain):
                        for kind, body in self._reader.receive_data(plain):
                            if kind is Kind.FRAME:
                                raise EndBroke("an agent takes no pictures")
                            self._take(messages.decode_from_console(body))
                    case Closed():
                        raise EndBroke(IN_ORDER)
        except (TunnelError, framing.FramingError, messages.MessageError) as error:
            raise EndBroke(str(error)) from error

    def send_frame(self, body: bytes) -> None:
        if self.gate.allows(Scope.SEE, self.ours.now):
            self.tunnel.send(framing.pack(Kind.FRAME, body))

    def data_to_send(self) -> bytes:
        return self.tunnel.data_to_send()

    def _take(self, message: messages.FromConsole) -> None:
        if isinstance(message, messages.Ask):
            self._answer(message)
            return
        self.gate.admit(message, now=self.ours.now, now_s=0.0)
        self.injected.append(message)

    def _answer(self, ask: messages.Ask) -> None:
        if ask.ticket != self.ticket or self._secured is None:
            raise EndBroke("the technician asks about another ticket")
        consent = make_consent(self.ours, self._secured, self.session, self.ticket)
        self.gate.open(consent)
        self.consents += 1
        signed = consents.sign(consent, self.identity or self.ours.laptop)
        self.tunnel.send(framing.pack(Kind.TYPED, messages.encode(messages.ConsentGiven(signed))))


def make_consent(ours: Parties, secured: Secured, session: str, ticket: int, now: datetime | None = None) -> Consent:
    """The consent of a user who allowed everything that was asked, for a quarter of an hour."""
    begin = now or ours.now
    return Consent(
        session=session,
        ticket=ticket,
        binding=secured.binding,
        technician=hashlib.sha256(secured.peer_leaf).digest(),
        device=hashlib.sha256(ours.laptop.leaf).digest(),
        technician_name=f"{secured.peer.name}, {secured.peer.title}, {secured.peer.organisation}",
        scopes=SCOPES,
        monitors=(),
        text="May she see and control your screen?",
        language="en",
        begin=begin,
        end=begin + timedelta(minutes=15),
    )


@dataclasses.dataclass
class Console:
    """The technician's side: the console's own conversation.

    Attributes:
        rendered: bodies of pictures that would be painted, in order.
        fault: why it ended the session, if it did.
    """

    ours: Parties
    session: str = SESSION
    ticket: int = TICKET

    def __post_init__(self) -> None:
        self.conversation = Conversation(
            Subject(self.session, self.ticket, "laptop"),
            Wish(SCOPES, 15),
            self.ours.jana,
            organisation=self.ours.organisation,
            revocations=self.ours.revocations(),
            now=self.ours.now,
        )
        self.rendered: list[bytes] = []
        self.others: list[object] = []
        self.fault: SessionFault | None = None

    def receive_data(self, data: bytes) -> None:
        try:
            for event in self.conversation.receive_data(data, self.ours.now):
                match event:
                    case FrameReceived(body):
                        self.rendered.append(body)
                    case Over():
                        raise EndBroke(IN_ORDER)
                    case _:
                        self.others.append(event)
        except SessionFault as error:
            self.fault = error
            raise EndBroke(str(error)) from error

    def send(self, message: messages.FromConsole) -> None:
        self.conversation.send(message)

    def data_to_send(self) -> bytes:
        return self.conversation.data_to_send()


End = Agent | Console


def is_broken(end: End) -> bool:
    """Whether this end's tunnel was broken by what it got: nothing comes out of it any more."""
    tunnel = end.tunnel if isinstance(end, Agent) else end.conversation._tunnel
    return tunnel.state is State.BROKEN
