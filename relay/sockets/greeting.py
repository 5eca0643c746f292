"""The sign-in of one socket, on /control and /session: hello, one answer, welcome or a refusal with its sentence.

Guarantees that nothing of a peer is believed before its signature over this socket's nonce held. On the loop's
thread; distrusts the peer.
"""

import asyncio
import dataclasses
import functools
import secrets
from collections.abc import Callable
from datetime import datetime

from websockets.frames import CloseCode

from protocol import limits, signin
from protocol.trust import Distrust, Party, Role, TrustError, der
from relay.counts import Counts
from relay.sockets.connection import RelayConnection
from relay.trusted import Trusted


@dataclasses.dataclass(frozen=True, slots=True)
class Peer:
    """Who signed in.

    Attributes:
        party: as certified.
        leaf: its certificate, DER.
        serials: of that, of the authority's that issued it, and of a device's earlier and later ones: if one is
            revoked, this peer is.
        session: the session it asks for, on /session.
    """

    party: Party
    leaf: bytes
    serials: frozenset[int]
    session: str | None


class Greeter:
    """Signs sockets in."""

    def __init__(
        self,
        trusted: Trusted,
        hosts: tuple[str, ...],
        counts: Counts,
        clock: Callable[[], datetime],
        serials_of: Callable[[str], frozenset[int]],
    ) -> None:
        """`hosts` are the names this relay is reached by; `serials_of` a device, all its certificates ever."""
        self._trusted, self._hosts, self._counts, self._clock = trusted, hosts, counts, clock
        self._serials_of = serials_of

    async def greet(self, connection: RelayConnection) -> Peer | None:
        """Who is there; None: nobody who may come in, and the socket is closing. Raises ConnectionClosed."""
        if connection.too_many is not None:
            self._refuse(
                connection, signin.Refusal.TOO_MANY, "Too many sign-ins at the moment; trying again by itself."
            )
            return None
        nonce = secrets.token_bytes(signin.NONCE_BYTES)
        try:
            async with asyncio.timeout(limits.SIGN_IN_S):
                await connection.send(signin.encode(signin.Hello(connection.version, nonce, self._clock())))
                text = await connection.recv()
        except TimeoutError:
            self._counts.add("sign_in_timeout", address=connection.address)
            connection.hang_up(CloseCode.POLICY_VIOLATION, "No sign-in within its time.")
            return None
        # A binary message cannot be one; what is no text becomes a text that is none.
        return self._judge(connection, nonce, text if isinstance(text, str) else "")

    def welcome(self, connection: RelayConnection) -> None:
        """Lets a socket in."""
        connection.signed_in()
        connection.push(signin.encode(signin.Welcome(self._trusted.revocations.encoded)))

    def refuse_session(self, connection: RelayConnection, sentence: str, *, in_use: bool) -> None:
        """Turns away a socket that signed in well, but for no session of its own."""
        reason = signin.Refusal.IN_USE if in_use else signin.Refusal.NO_SUCH_SESSION
        self._refuse(connection, reason, sentence)

    def _judge(self, connection: RelayConnection, nonce: bytes, text: str) -> Peer | None:
        try:
            answer = signin.decode_sign_in(text)
            party = signin.check(
                answer,
                nonce=nonce,
                hosts=self._hosts,
                organisation=self._trusted.organisation,
                revocations=self._trusted.revocations,
                now=self._clock(),
            )
            serials = frozenset({party.serial, _serial(answer.chain[1])})
            if party.role is Role.DEVICE:
                serials |= self._serials_of(party.identifier)
            if serials & self._trusted.revocations.serials:
                raise TrustError(Distrust.REVOKED, "The certificate has been revoked.")  # noqa: TRY301 - as check does
        except signin.SignInError:
            self._refuse(connection, signin.Refusal.MALFORMED, "The server did not understand the sign-in.")
        except TrustError as error:
            self._counts.add(f"not_trusted_{error.reason}", address=connection.address)
            self._refuse(connection, signin.Refusal.NOT_TRUSTED, str(error))
        else:
            return Peer(party, answer.chain[0], serials, answer.session)
        return None

    def _refuse(self, connection: RelayConnection, reason: signin.Refusal, sentence: str) -> None:
        self._counts.add(f"sign_in_refused_{reason}", address=connection.address)
        connection.push(signin.encode(signin.SignInRefused(reason, sentence)))
        connection.hang_up(CloseCode.POLICY_VIOLATION, "Not signed in.")


@functools.lru_cache(maxsize=16)
def _serial(authority: bytes) -> int:
    return der.certificate(authority).serial_number
