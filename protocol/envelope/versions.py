"""What a program of an earlier version can read of a message: what came later is left out. Pure.

Guarantees: whatever is said in an earlier version is a message of that version, to the letter, so that a relay can be
updated before its clients are. Each row says since when; a test holds the rows against what each version could read,
so whoever lets a message grow is asked for one.
"""

import contextlib
import enum
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar, cast

import msgspec
from msgspec import Struct

from protocol import limits
from protocol.desk.events import EndReason, FaceSet, LossStated, NoticeKind, Opened, SessionRequested
from protocol.envelope.about import About, AnswerAdvice, AnswerOffer, OfferView, ReadAbout
from protocol.envelope.faces import Face, FaceFound, FaceKept, GetFace, SetFace
from protocol.envelope.people import Colleague, People
from protocol.envelope.sessions import RequestSession, SessionOffered, SessionView
from protocol.envelope.tickets import ResolveTicket, TicketView

FIELDS: Final[Mapping[type[Struct], Mapping[str, int]]] = {
    TicketView: {"yes_by": 2, "alternatives": 2, "currency": 2, "owner_face": 2, "session": 2},
    ResolveTicket: {"alternatives": 2},
    RequestSession: {"scopes": 2, "instead": 2},
    SessionRequested: {"scopes": 2},
    Opened: {"account": 2},
    LossStated: {"currency": 2},
    People: {"yes_by": 2, "faces": 2},
    Colleague: {"face": 2},
    SessionOffered: {"face": 2},
    ReadAbout: {"language": 2},
    AnswerAdvice: {"language": 2},
    About: {"answer_by": 2, "offers": 2, "faces": 2},
}
"""Fields by the version they came with. Each has a default, and its struct leaves defaults out."""
KINDS: Final[Mapping[type[Struct], int]] = {
    AnswerOffer: 2,
    OfferView: 2,
    FaceSet: 2,
    Face: 2,
    GetFace: 2,
    SetFace: 2,
    FaceFound: 2,
    FaceKept: 2,
    SessionView: 2,
}
"""Messages, and kinds of event, by the version they came with: what bears one in a list is left out of it."""

VALUES: Final[Mapping[type[enum.Enum], Mapping[str, int]]] = {
    EndReason: {"handed_over": 2},
    NoticeKind: {"appointment_off": 2, "appointment_clash": 2, "appointment_unsure": 2, "proof_failed": 2},
}
"""Values of enumerations by the version they came with: the same is done with what bears one."""

_Spoken = TypeVar("_Spoken", bound=Struct)


class _Unspoken(Exception):  # noqa: N818 - what is so, inside of this module
    """There was no such thing in that version."""


def spoken(message: _Spoken, version: int) -> _Spoken | None:
    """The message as a program of `version` reads it; None: there was no such message then."""
    if version >= limits.PROTOCOL_VERSION:
        return message
    try:
        return cast("_Spoken", _without(message, version))
    except _Unspoken:
        return None


def can_read(kind: type[Struct], version: int) -> bool:
    """Whether a program of `version` has heard of such a thing."""
    return KINDS.get(kind, limits.OLDEST_VERSION) <= version


def _without(value: Any, version: int) -> Any:
    if isinstance(value, tuple):
        return tuple(_readable(value, version))
    if isinstance(value, enum.Enum) and VALUES.get(type(value), {}).get(value.value, 0) > version:
        raise _Unspoken
    if not isinstance(value, Struct):
        return value
    if KINDS.get(type(value), 0) > version:
        raise _Unspoken
    since = FIELDS.get(type(value), {})
    changed: dict[str, Any] = {}
    for field in msgspec.structs.fields(value):
        before = getattr(value, field.name)
        after = field.default if since.get(field.name, 0) > version else _without(before, version)
        if after is not before:
            changed[field.name] = after
    return msgspec.structs.replace(value, **changed) if changed else value


def _readable(values: tuple[Any, ...], version: int) -> Iterator[Any]:
    for one in values:
        with contextlib.suppress(_Unspoken):
            yield _without(one, version)
