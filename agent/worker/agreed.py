"""Holds an answer of the user's against what was asked, before the gate is opened with it. Pure.

The window process signs; this process checks as if it were a stranger's: a mistake there must not show a screen.
"""

import hashlib
from datetime import datetime, timedelta

from agent import ipc
from protocol import consent, limits
from protocol.consent import Consent, ConsentError
from protocol.scopes import Scope
from protocol.session.messages import Ask
from protocol.trust import Identity
from protocol.tunnel import Secured

_GRACE = timedelta(seconds=limits.CONSENT_ANSWER_S)
"""The minutes count from when the user pressed the button, not from when the technician asked."""


def technician(secured: Secured) -> ipc.Technician:
    """Who is at the other end of a tunnel, for the window process."""
    peer = secured.peer
    return ipc.Technician(
        peer.identifier, peer.name, peer.title, peer.phone, peer.organisation, peer.scopes, secured.peer_leaf
    )


def check(  # noqa: PLR0913 - each is a fact the consent is held against
    encoded: bytes,
    *,
    device: Identity,
    session: str,
    secured: Secured,
    ticket: int,
    asked: Ask | None,
    in_force: Consent | None,
    now: datetime,
) -> Consent:
    """The consent, if it is by this device, for this technician in this tunnel, and no wider than asked.

    Args:
        encoded: as signed by the window process.
        device: whose signature it must be.
        session: its number at the relay.
        secured: the tunnel.
        ticket: which it must be for.
        asked: the question that is open, or None: then it may only narrow what is in force.
        in_force: the consent so far.
        now: aware UTC.

    Raises:
        ConsentError: it does not hold; nothing may be shown on it.
    """
    given = _given(encoded, device=device, session=session, secured=secured, ticket=ticket)
    allowed: frozenset[Scope] = in_force.scopes if in_force else frozenset()
    if asked:
        allowed |= asked.scopes
    if not given.scopes <= allowed & secured.peer.scopes:
        raise ConsentError("the consent allows more than was asked for")
    if Scope.SEE not in given.scopes:
        raise ConsentError("the consent does not allow to see anything")
    latest = now + timedelta(minutes=asked.minutes) + _GRACE if asked else now
    if in_force:
        latest = max(latest, in_force.end)
    if given.end > latest:
        raise ConsentError("the consent lasts longer than was asked for")
    if in_force and given.monitors != in_force.monitors:
        raise ConsentError("the consent is for other monitors than the one before")
    return given


def check_prolonged(  # noqa: PLR0913 - each is a fact the consent is held against
    encoded: bytes,
    *,
    device: Identity,
    session: str,
    secured: Secured,
    ticket: int,
    in_force: Consent,
    now: datetime,
) -> Consent:
    """The consent by which the user prolongs what is `in_force`, unasked: nothing but its end is another.

    Raises:
        ConsentError: it does not hold, or allows anything else than more time.
    """
    given = _given(encoded, device=device, session=session, secured=secured, ticket=ticket)
    if given.scopes != in_force.scopes or given.monitors != in_force.monitors:
        raise ConsentError("more time was given for something else than what is allowed")
    if not in_force.end <= given.end <= now + timedelta(minutes=limits.MAX_MINUTES):
        raise ConsentError("the consent's time makes no sense")
    return given


def _given(encoded: bytes, *, device: Identity, session: str, secured: Secured, ticket: int) -> Consent:
    given = consent.read(encoded, device_leaf=device.leaf)
    consent.check_parties(given, session=session, binding=secured.binding, technician_leaf=secured.peer_leaf)
    if given.ticket != ticket:
        raise ConsentError("the consent is for another ticket")
    if given.technician != hashlib.sha256(secured.peer_leaf).digest():
        raise ConsentError("the consent is for somebody else")
    return given
