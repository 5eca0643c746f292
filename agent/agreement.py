"""From a question and its answer to a signed consent. Pure; distrusts the answer as far as a bug would reach.

Guarantees: nothing is signed that was not asked for, that the certificate does not allow, or that lasts longer than
was shown; and nothing on a question that was asked while something else was allowed.
"""

import dataclasses
import hashlib
from datetime import datetime, timedelta

from agent.ipc import ConsentAsked, Technician
from agent.messages import MAX_TEXT_CHARS, AnswerQuestion, GiveTime, Question, TechnicianShown
from agent.own_tickets import OwnTicket
from protocol import limits
from protocol.consent import Consent, sign
from protocol.scopes import Scope
from protocol.trust import Identity


@dataclasses.dataclass(frozen=True, slots=True)
class Agreed:
    """What is in force: the scopes, until when, the consent as it was signed, and the monitors it names, if any."""

    scopes: frozenset[Scope]
    until: datetime
    consent: bytes
    monitors: tuple[str, ...] = ()


def shown(technician: Technician) -> TechnicianShown:
    """What a person reads of a certificate."""
    return TechnicianShown(technician.name, technician.title, technician.phone, technician.organisation)


def question(session: str, asked: ConsentAsked, own: OwnTicket, agreed: Agreed | None) -> Question | None:
    """What to ask the user, or None when there is nothing to ask: everything is allowed already, or nothing may be.

    The first question always has to do with seeing: without it there is no session.
    """
    scopes = asked.scopes & asked.technician.scopes
    allowed = agreed.scopes if agreed else frozenset()
    new = scopes - allowed
    if agreed is None and Scope.SEE not in scopes:
        return None
    if agreed is not None and not new and Scope.SEE not in scopes:
        return None
    longest = limits.MAX_MINUTES if agreed else min(own.minutes, limits.MAX_MINUTES)
    return Question(
        session=session,
        technician=shown(asked.technician),
        own=own,
        scopes=new or scopes,
        minutes=max(1, min(asked.minutes, longest)),
        remark=asked.remark,
        allowed=allowed,
        until=agreed.until if agreed and new else None,
        answer_by_s=limits.CONSENT_ANSWER_S,
        monitors=agreed.monitors if agreed else (),
    )


def agree(  # noqa: PLR0913 - each is a fact the signature covers
    question: Question,
    answer: AnswerQuestion,
    asked: ConsentAsked,
    *,
    in_force: frozenset[Scope],
    ticket: int,
    identity: Identity,
    now: datetime,
) -> Agreed | None:
    """The consent, signed with the device's key; None if the answer was no, or the question is out of date.

    Args:
        question: as it was shown.
        answer: the user's.
        asked: what the worker passed on: the tunnel's binding and the technician's certificate.
        in_force: what is allowed at this moment; what was taken back since the question is not to come back with it.
        ticket: the ticket it is for.
        identity: this device's.
        now: when the user pressed Allow, aware UTC.
    """
    granted = answer.scopes & question.scopes
    scopes = granted | in_force
    if question.allowed != in_force:
        return None
    if not granted or Scope.SEE not in scopes:
        return None
    until = question.until or now + timedelta(minutes=question.minutes)
    if until <= now:
        return None
    monitors = question.monitors if question.allowed else answer.monitors  # asked about once, at the beginning
    wanted = _Wanted(question.session, ticket, scopes, monitors, until, answer.text, answer.language)
    return _signed(wanted, question.technician, asked, identity, now)


def prolong(  # noqa: PLR0913 - each is a fact the signature covers
    given: GiveTime,
    agreed: Agreed,
    asked: ConsentAsked,
    technician: TechnicianShown,
    *,
    ticket: int,
    identity: Identity,
    now: datetime,
) -> Agreed | None:
    """More time for what is `agreed`, which the user gives of his own accord; None if nothing comes of it."""
    until = min(agreed.until + timedelta(minutes=given.minutes), now + timedelta(minutes=limits.MAX_MINUTES))
    if until <= agreed.until or agreed.until <= now:
        return None
    wanted = _Wanted(given.session, ticket, agreed.scopes, agreed.monitors, until, given.text, given.language)
    return _signed(wanted, technician, asked, identity, now)


@dataclasses.dataclass(frozen=True, slots=True)
class _Wanted:
    session: str
    ticket: int
    scopes: frozenset[Scope]
    monitors: tuple[str, ...]
    until: datetime
    text: str
    language: str


def _signed(
    wanted: _Wanted, technician: TechnicianShown, asked: ConsentAsked, identity: Identity, now: datetime
) -> Agreed:
    consent = Consent(
        session=wanted.session,
        ticket=wanted.ticket,
        binding=asked.binding,
        technician=hashlib.sha256(asked.technician.leaf).digest(),
        device=hashlib.sha256(identity.leaf).digest(),
        technician_name=f"{technician.name}, {technician.title}, {technician.organisation}",
        scopes=wanted.scopes,
        monitors=wanted.monitors,
        text=wanted.text[:MAX_TEXT_CHARS],
        language=wanted.language,
        begin=now,
        end=wanted.until,
    )
    return Agreed(wanted.scopes, wanted.until, sign(consent, identity), wanted.monitors)
