"""The other end of a session, for tests: a real tunnel, and whatever a test has it say. Pure."""

import dataclasses
import hashlib
from datetime import datetime, timedelta
from typing import Any

from protocol import consent
from protocol.consent import Consent
from protocol.scopes import Scope
from protocol.session import framing, messages
from protocol.session.framing import FrameReader, Kind
from protocol.trust import Identity
from protocol.tunnel import DataReceived, Secured, Side, Tunnel
from tests.parties import Parties

SESSION = "5" * 32
TICKET = 7
SEE, CONTROL = Scope.SEE, Scope.CONTROL


@dataclasses.dataclass
class AgentEnd:
    """An agent that says what it is told, and keeps what it hears."""

    parties: Parties
    identity: Identity
    session: str = SESSION
    heard: list[messages.FromConsole] = dataclasses.field(default_factory=list)
    secured: Secured | None = None

    def __post_init__(self) -> None:
        self.tunnel = Tunnel(
            Side.AGENT,
            self.identity,
            organisation=self.parties.organisation,
            revocations=self.parties.revocations(),
            now=self.parties.now,
        )
        self._reader = FrameReader()

    def receive(self, data: bytes) -> None:
        """Takes what the console sent."""
        for event in self.tunnel.receive_data(data):
            match event:
                case Secured():
                    self.secured = event
                case DataReceived(plain):
                    for _kind, body in self._reader.receive_data(plain):
                        self.heard.append(messages.decode_from_console(body))

    def say(self, message: messages.FromAgent) -> bytes:
        """A typed message, as bytes for the socket."""
        return self.send(Kind.TYPED, messages.encode(message))

    def show(self, body: bytes) -> bytes:
        """A picture."""
        return self.send(Kind.FRAME, body)

    def send(self, kind: Kind, body: bytes) -> bytes:
        """Anything."""
        self.tunnel.send(framing.pack(kind, body))
        return self.tunnel.data_to_send()

    def consent(self, scopes: frozenset[Scope] = frozenset({SEE, CONTROL}), **changes: Any) -> bytes:
        """The signed consent of an honest user, but for the changes."""
        if self.secured is None:
            raise AssertionError("there is no tunnel yet")
        begin: datetime = self.parties.now
        facts: dict[str, Any] = {
            "session": self.session,
            "ticket": TICKET,
            "binding": self.secured.binding,
            "technician": self.secured.peer.fingerprint,
            "device": hashlib.sha256(self.identity.leaf).digest(),
            "technician_name": self.secured.peer.name,
            "scopes": scopes,
            "monitors": (),
            "text": "May Jana see your screen?",
            "language": "en",
            "begin": begin,
            "end": begin + timedelta(minutes=10),
        }
        return consent.sign(Consent(**(facts | changes)), self.identity)

    def allow(self, scopes: frozenset[Scope] = frozenset({SEE, CONTROL}), **changes: Any) -> bytes:
        """The consent, as bytes for the socket."""
        return self.say(messages.ConsentGiven(self.consent(scopes, **changes)))
