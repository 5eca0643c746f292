"""A client's end of a socket to the relay, without the socket: text messages in, events and text messages out. Pure.

Agent and console each wrap this in their own asyncio rim. It distrusts the relay: an answer to nothing, a second
greeting or a forged list of revocations ends the connection with one sentence.
"""

import dataclasses
import enum
from datetime import datetime

from protocol import envelope, limits, signin
from protocol.trust import Distrust, Identity, Organisation, RevocationList, Role, TrustError


class State(enum.Enum):
    """Where a connection is."""

    GREETING = "greeting"
    SIGNING_IN = "signing_in"
    SIGNED_IN = "signed_in"
    PAIRED = "paired"
    FAILED = "failed"


class ConnectionFailed(Exception):  # noqa: N818 - what happened, with the sentence for the person
    """The relay and this client do not come together.

    Attributes:
        final: trying again will not help until somebody does something.
        reason: what programs decide by, if there is one.
    """

    def __init__(self, sentence: str, *, final: bool, reason: signin.Refusal | Distrust | None = None) -> None:
        super().__init__(sentence)
        self.final, self.reason = final, reason


@dataclasses.dataclass(frozen=True, slots=True)
class SignedIn:
    """The relay took the sign-in; here is the newest list of revocations, checked."""

    revocations: RevocationList


@dataclasses.dataclass(frozen=True, slots=True)
class Paired:
    """On ``/session``: the other end is there."""


@dataclasses.dataclass(frozen=True, slots=True)
class Received:
    """On ``/control``: an answer, or something the relay says by itself."""

    message: envelope.ToClient


Event = SignedIn | Paired | Received


class Connection:
    """One socket to the relay, to ``/control`` or, with a session, to ``/session``."""

    def __init__(  # noqa: PLR0913 - who, where, and what was known before
        self,
        role: Role,
        identity: Identity,
        organisation: Organisation,
        *,
        host: str,
        session: str | None = None,
        last_revocations: int = 0,
    ) -> None:
        """`host` is the name that was dialled; `last_revocations` the greatest list number ever seen."""
        self._role, self._identity, self._organisation = role, identity, organisation
        self._host, self._session, self._last_revocations = host, session, last_revocations
        self.state = State.GREETING
        self._version = limits.PROTOCOL_VERSION
        self._outgoing: list[str] = []

    def receive_text(self, text: str, now: datetime) -> Event | None:
        """Takes one text message, at `now` (aware UTC).

        Raises:
            ConnectionFailed: the sentence says why it is over.
        """
        try:
            if self.state in (State.SIGNED_IN, State.PAIRED) and self._session is None:
                return Received(envelope.decode_to_client(text))
            return self._sign_in(signin.decode_from_relay(text), now)
        except (signin.SignInError, envelope.EnvelopeError, TrustError) as error:
            self.state = State.FAILED
            reason = None if isinstance(error, envelope.EnvelopeError) else error.reason
            raise ConnectionFailed(str(error), final=False, reason=reason) from error

    def send(self, message: envelope.FromAgent | envelope.FromConsole) -> None:
        """Queues a request, as the relay's version reads it; `texts_to_send` has it.

        Raises:
            ConnectionFailed: not signed in.
        """
        if self.state is not State.SIGNED_IN:
            raise ConnectionFailed("there is no connection to the server at the moment", final=False)
        self._outgoing.append(envelope.encode(envelope.spoken(message, self._version) or message))

    @property
    def waiting(self) -> int:
        """How many texts `texts_to_send` would give: what a peer that does not read makes this end hold."""
        return len(self._outgoing)

    def texts_to_send(self) -> list[str]:
        """What is to go to the socket now; asking again gives nothing."""
        texts, self._outgoing = self._outgoing, []
        return texts

    def _sign_in(self, message: signin.FromRelay, now: datetime) -> Event | None:
        match self.state, message:
            case State.GREETING, signin.Hello():
                reply = signin.answer(
                    message, identity=self._identity, role=self._role, host=self._host, session=self._session, now=now
                )
                self._outgoing.append(signin.encode(reply))
                self._version = message.version
                self.state = State.SIGNING_IN
                return None
            case State.SIGNING_IN, signin.Welcome():
                revocations = signin.welcome(
                    message, organisation=self._organisation, now=now, last_number=self._last_revocations
                )
                self.state = State.SIGNED_IN
                return SignedIn(revocations)
            case State.SIGNED_IN, signin.SessionPaired():
                self.state = State.PAIRED
                return Paired()
            case _, signin.SignInRefused():
                self.state = State.FAILED
                passing = (signin.Refusal.TOO_MANY, signin.Refusal.IN_USE)
                raise ConnectionFailed(message.sentence, final=message.reason not in passing, reason=message.reason)
        raise signin.SignInError(f"the server said {type(message).__name__} at the wrong moment")
