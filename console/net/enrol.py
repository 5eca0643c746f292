"""The first start: sends the request of an invitation until the administrator has answered it.

Network thread. Distrusts the relay: what it delivers must be a certificate of the organisation for our own key.
"""

import asyncio
import random
from collections.abc import Callable

from console import keychain
from console.errors import InvitationRefused
from console.events import EnrolmentChanged, EnrolmentState, Event
from console.language import _
from console.net.dial import CannotReach, dial, now
from console.refusals import said
from console.state import Pending, Profile, StateDirectory
from protocol.trust import (
    Granted,
    Identity,
    Invitation,
    Organisation,
    Refused,
    Role,
    TechnicianRequest,
    TrustError,
    Waiting,
    decode_answer,
    decode_request,
    encode_request,
    make_request,
    new_key,
)
from protocol.trust.enrolment import MAX_ANSWER_BYTES, key_fingerprint

_AGAIN_S = 2.0


def key_name(organisation: Organisation, identifier: str) -> str:
    """Under which name the keyring has a technician's key."""
    return f"{identifier}@{organisation.name}"


async def prepare(content: bytes, state: StateDirectory) -> tuple[Invitation, Pending]:
    """Makes the key and the request for an invitation's file, or takes up the request that waits.

    Raises:
        TrustError: it is no invitation.
        KeyringUnavailable, StateDamaged: there is no place to keep the key or the request.
        InvitationRefused: its time is over.
    """
    invitation = Invitation.decode(content)
    pending = state.pending()
    if pending is not None and pending.invitation == content:
        return invitation, pending
    if now() > invitation.expires_at:
        raise InvitationRefused(_("This invitation is too old; please ask your administrator for a new one."))
    key = new_key()
    name = key_name(invitation.organisation, invitation.identifier)
    await keychain.beside(keychain.keep, name, key)
    pending = Pending(content, encode_request(make_request(invitation, key)))
    state.keep_pending(pending)
    return invitation, pending


async def enrol(  # noqa: PLR0913 - what, where, and where to tell
    invitation: Invitation,
    pending: Pending,
    url: str,
    state: StateDirectory,
    post: Callable[[Event], None],
    *,
    rng: random.Random,
) -> None:
    """Sends the request until it is granted; then the state directory has the profile.

    Raises:
        InvitationRefused: the answer was no.
        KeyringUnavailable, StateDamaged: the key or the profile cannot be kept or found.
    """
    post(EnrolmentChanged(EnrolmentState.SENDING))
    while True:
        try:
            if await _ask_once(invitation, pending, url, state, post):
                post(EnrolmentChanged(EnrolmentState.DONE))
                return
        except CannotReach as error:
            post(EnrolmentChanged(EnrolmentState.SENDING, str(error)))
        await asyncio.sleep(_AGAIN_S * (0.5 + rng.random()))


async def _ask_once(
    invitation: Invitation, pending: Pending, url: str, state: StateDirectory, post: Callable[[Event], None]
) -> bool:
    organisation = invitation.organisation
    async with dial(url, "/enrol", organisation, max_bytes=MAX_ANSWER_BYTES) as socket:
        await socket.send(pending.request.decode())
        async for text in socket:
            try:
                answer = decode_answer(text.encode() if isinstance(text, str) else text)
            except TrustError as error:
                raise CannotReach(_("The server does not speak athand's language.")) from error
            match answer:
                case Waiting():
                    post(EnrolmentChanged(EnrolmentState.WAITING, key=_key(pending)))
                case Refused():
                    state.drop_pending()
                    raise InvitationRefused(said(answer.sentence))
                case Granted():
                    await _accept(answer, invitation, state)
                    return True
    return False


def _key(pending: Pending) -> str:
    """What the administrator sees the request by."""
    request = decode_request(pending.request)
    return key_fingerprint(request) if isinstance(request, TechnicianRequest) else ""


async def _accept(granted: Granted, invitation: Invitation, state: StateDirectory) -> None:
    organisation = invitation.organisation
    key = await keychain.beside(keychain.fetch, key_name(organisation, invitation.identifier))
    if key is None:
        state.drop_pending()
        raise InvitationRefused(_("The key of this invitation is no longer in the keyring; please ask for a new one."))
    try:
        Identity.accept(granted.chain, key, organisation=organisation, role=Role.TECHNICIAN, now=now())
    except TrustError as error:
        raise InvitationRefused(said(str(error))) from error
    state.keep_profile(Profile(organisation.encode(), invitation.identifier, granted.chain))
