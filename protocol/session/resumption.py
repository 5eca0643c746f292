"""Proves inside a new tunnel that its ends are those of the tunnel a consent was given in. Pure; distrusts the peer.

When the line of a session with a consent is cut, both ends dial again and shake hands anew. The certificates say that
the parties are the same; this says that the programs are: the secret was exported from the first tunnel (RFC 8446,
7.5; RFC 5705) and never left the two. A proof is an HMAC (RFC 2104) over the new tunnel's channel binding, so it holds
in this tunnel alone, and over the prover's side, so it cannot be sent back to whom it came from::

    HMAC-SHA256(secret, "athand resumption v1" 00 ‖ role ‖ 00 ‖ session ‖ 00 ‖ binding)

Whoever owns the relay has neither the secret nor a tunnel; whoever stole a key has no secret.
"""

import hashlib
import hmac

from protocol.trust import Role

_LABEL = b"athand resumption v1\0"


class ResumptionError(Exception):
    """The other end is not the one the consent was given to, or by."""


def prove(secret: bytes, role: Role, *, session: str, binding: bytes) -> bytes:
    """This end's proof, 32 bytes.

    Args:
        secret: `Secured.resumption` of the tunnel the consent was given in.
        role: TECHNICIAN for the console, DEVICE for the agent.
        session: the session's number at the relay.
        binding: `Secured.binding` of the tunnel the proof is sent through.
    """
    return hmac.digest(secret, b"\0".join((_LABEL + role.value.encode(), session.encode(), binding)), hashlib.sha256)


def check(proof: bytes, secret: bytes, role: Role, *, session: str, binding: bytes) -> None:
    """Holds the other end's proof against this one's secret; `role` is the other end's.

    Raises:
        ResumptionError: it does not hold.
    """
    if not hmac.compare_digest(proof, prove(secret, role, session=session, binding=binding)):
        raise ResumptionError("the other end cannot prove that this session is its own")
