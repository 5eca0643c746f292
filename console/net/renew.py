"""The technician's next certificate: asked for once the one there is nears its end, signed by the administrator.

Network thread. Distrusts the relay: what it delivers must be a certificate of the organisation for our own key.
Guarantees that the certificate there is serves until it ends, and that one that has ended still asks for the next.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog
from cryptography.hazmat.primitives.asymmetric import ec

from console.errors import ConsoleError, InvitationRefused
from console.events import CertificateEnding, Event, StartFailed
from console.language import _
from console.net.dial import CannotReach, dial, now
from console.state import Profile, StateDirectory
from protocol import limits
from protocol.trust import (
    Granted,
    Identity,
    Organisation,
    Refused,
    Role,
    TrustError,
    decode_answer,
    encode_request,
    is_due,
    make_renewal,
)
from protocol.trust.der import certificate
from protocol.trust.enrolment import MAX_ANSWER_BYTES

LOOK_S, ENDED_LOOK_S = 3600.0, 30.0
"""Between requests: while the certificate serves, and when nothing can be done without the next."""
TOLD_BEFORE = timedelta(days=14)
"""Until then the administrator has had half of the time there is; from then on the technician should ask, too."""

_log = structlog.get_logger()


class Renewal:
    """Keeps `identity` from ending; `on_renewed` gets each next one."""

    def __init__(
        self,
        url: str,
        organisation: Organisation,
        state: StateDirectory,
        post: Callable[[Event], None],
        on_renewed: Callable[[Identity], None],
    ) -> None:
        self._url, self._organisation, self._state = url, organisation, state
        self._post, self._on_renewed = post, on_renewed

    async def keep(self, identity: Identity) -> None:
        """Asks whenever it is due, for as long as it runs."""
        while True:
            if is_due(identity.leaf, now=now()):
                try:
                    identity = await self._ask(identity) or identity
                except (ConsoleError, TrustError, CannotReach) as error:
                    _log.warning("certificate_not_renewed", why=str(error))
                ends_at = certificate(identity.leaf).not_valid_after_utc
                if ends_at - now() < TOLD_BEFORE:
                    self._post(CertificateEnding(ends_at))
            await asyncio.sleep(LOOK_S)

    async def revive(self, profile: Profile, key: ec.EllipticCurvePrivateKey) -> Identity:
        """The next identity after one that has ended. Raises InvitationRefused when there will be none; TrustError."""
        ended = Identity(profile.chain, key)
        self._post(
            StartFailed(
                _(
                    "Your certificate has ended, or this computer's clock is wrong. Your administrator is being asked "
                    "for the next one; this goes on by itself as soon as it is signed."
                )
            )
        )
        while True:
            try:
                if (identity := await self._ask(ended)) is not None:
                    return identity
            except CannotReach as error:
                _log.info("certificate_not_renewed", why=str(error))
            await asyncio.sleep(ENDED_LOOK_S)

    async def _ask(self, identity: Identity) -> Identity | None:
        """The next one, kept already; None: it lies with the administrator."""
        async with dial(self._url, "/enrol", self._organisation, max_bytes=MAX_ANSWER_BYTES) as socket:
            await socket.send(encode_request(make_renewal(identity)).decode())
            async with asyncio.timeout(limits.SIGN_IN_S):
                text = await socket.recv()
        answer = decode_answer(text.encode() if isinstance(text, str) else text)
        if isinstance(answer, Refused):
            raise InvitationRefused(answer.sentence)
        if not isinstance(answer, Granted):
            return None
        renewed = Identity.accept(
            answer.chain, identity.key, organisation=self._organisation, role=Role.TECHNICIAN, now=now()
        )
        profile = self._state.profile()
        if profile is not None:
            self._state.keep_profile(Profile(profile.organisation, profile.identifier, renewed.chain))
        self._on_renewed(renewed)
        return renewed
