"""How this computer gets its certificate: the bundle's token and a proof of its key, over `/enrol`. One try at a time.

The next one it asks for with the certificate it has, while that still holds.

Distrusts the relay: the certificate is accepted only if it is for our key, from our organisation, and for a device.
"""

import asyncio
from datetime import UTC, datetime

from agent import enrolled
from agent.errors import EnrolmentError
from agent.net.dial import dial
from agent.place import Place
from agent.refusals import said
from agent.words import _
from protocol import limits
from protocol.trust import (
    EnrolmentAnswer,
    EnrolmentRequest,
    Granted,
    Organisation,
    Refused,
    TrustError,
    decode_answer,
    encode_request,
    make_device_request,
    make_renewal,
)


async def enrol(place: Place, applicant: enrolled.Applicant) -> enrolled.Member:
    """Asks once.

    Raises:
        EnrolmentError: refused; final if no later try can help.
        PlaceError: granted, but it cannot be stored; the same key may ask again.
        OSError, TimeoutError, websockets.WebSocketException: the relay cannot be reached.
    """
    try:
        request = make_device_request(applicant.bundle, applicant.key, enrolled.device_label())
    except TrustError:  # a host name that cannot be shown
        request = make_device_request(applicant.bundle, applicant.key, "computer")
    try:
        answer = await _ask(applicant.organisation, request)
        match answer:
            case Granted(chain=chain):
                return enrolled.accept(place, applicant, chain, datetime.now(UTC))
            case Refused(sentence=sentence):
                raise EnrolmentError(
                    _("The help desk does not accept this computer: {why}").format(why=said(sentence)), final=True
                )
            case _:
                raise EnrolmentError(_("The help desk has to approve this computer first."), final=False)
    except TrustError as error:
        raise EnrolmentError(
            _("The help desk's answer cannot be trusted: {why}").format(why=said(str(error))), final=True
        ) from error


async def renew(place: Place, member: enrolled.Member) -> enrolled.Member:
    """Asks once for the certificate after the one that `member` has.

    Raises:
        EnrolmentError: refused, or the answer cannot be trusted; the certificate there is goes on.
        PlaceError: granted, but it cannot be stored; the relay gives it again.
        OSError, TimeoutError, websockets.WebSocketException: the relay cannot be reached.
    """
    try:
        answer = await _ask(member.organisation, make_renewal(member.identity))
        if isinstance(answer, Granted):
            return enrolled.renewed(place, member, answer.chain, datetime.now(UTC))
    except TrustError as error:
        raise EnrolmentError(str(error), final=False) from error
    raise EnrolmentError(answer.sentence if isinstance(answer, Refused) else "it has to wait", final=False)


async def _ask(organisation: Organisation, request: EnrolmentRequest) -> EnrolmentAnswer:
    async with dial(organisation, "/enrol") as socket:
        await socket.send(encode_request(request).decode())
        async with asyncio.timeout(limits.SIGN_IN_S):
            received = await socket.recv()
    return decode_answer(received.encode() if isinstance(received, str) else received)
