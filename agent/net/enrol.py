"""How this computer gets its certificate: the bundle's token and a proof of its key, over `/enrol`. One try at a time.

Distrusts the relay: the certificate is accepted only if it is for our key, from our organisation, and for a device.
"""

import asyncio
from datetime import UTC, datetime

from agent import enrolled
from agent.errors import EnrolmentError
from agent.net.dial import dial
from agent.place import Place
from agent.words import _
from protocol import limits
from protocol.trust import (
    Granted,
    Refused,
    TrustError,
    decode_answer,
    encode_request,
    make_device_request,
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
    async with dial(applicant.organisation, "/enrol") as socket:
        await socket.send(encode_request(request).decode())
        async with asyncio.timeout(limits.SIGN_IN_S):
            received = await socket.recv()
    encoded = received.encode() if isinstance(received, str) else received
    try:
        answer = decode_answer(encoded)
        match answer:
            case Granted(chain=chain):
                return enrolled.accept(place, applicant, chain, datetime.now(UTC))
            case Refused(sentence=sentence):
                raise EnrolmentError(
                    _("The help desk does not accept this computer: {why}").format(why=sentence), final=True
                )
            case _:
                raise EnrolmentError(_("The help desk has to approve this computer first."), final=False)
    except TrustError as error:
        raise EnrolmentError(
            _("The help desk's answer cannot be trusted: {why}").format(why=error), final=True
        ) from error
