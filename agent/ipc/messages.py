"""What the processes of the agent say to each other, see `agent.ipc`. Pure."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from protocol.desk.events import EndReason
from protocol.scopes import Scope

LIFE_BEAT, LIFE_HOT_KEY = b".", b"H"
"""What the guard writes into the life line: once a second, and when the user pressed the hot key."""
MAX_BANNERS = 64
"""One on each screen."""
WindowNumber = Annotated[int, Meta(ge=1, lt=2**32)]


class _Message(Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    pass


class Heartbeat(_Message, frozen=True):
    """The sender is alive; every `limits.HEARTBEAT_S` seconds, all ways."""


# --- window process → worker
class Begin(_Message, frozen=True):
    """The first message to a worker.

    Attributes:
        session: its number at the relay, 32 hexadecimal digits.
        ticket: the ticket it is for; a technician who asks for another is turned away.
        organisation: the organisation's file, as `Organisation.encode` writes it. The relay's address stands in it.
        chain: this device's certificate and its intermediates, DER.
        key: its private key as `key_to_pem(key, None)` writes it.
        revocations: the newest list known, DER.
        technician_leaf: SHA-256 of the certificate the relay announced, or None; another one is turned away.
        display: the X display, such as ":0"; None for the environment's.
    """

    session: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    ticket: Annotated[int, Meta(ge=1)]
    organisation: bytes
    chain: tuple[bytes, ...]
    key: bytes
    revocations: bytes
    technician_leaf: bytes | None = None
    display: str | None = None


class QuestionShown(_Message, frozen=True):
    """A consent question is (`shown`) or is no longer on the screen: only the user's own hand may answer it."""

    shown: bool


class BannersShown(_Message, frozen=True):
    """The banners' windows, by number, in place of those told before: the picture is taken beneath these, no others."""

    windows: Annotated[frozenset[WindowNumber], Meta(max_length=MAX_BANNERS)]


class AnswerConsent(_Message, frozen=True):
    """The user's answer. Exactly one of the two is set.

    Attributes:
        consent: as `protocol.consent.sign` encodes it. May also come unasked: it replaces the one in force.
        refusal: a sentence for the technician.
        no_answer: with `refusal`: nobody answered (EndReason.NO_ANSWER rather than REFUSED).
    """

    consent: bytes | None = None
    refusal: str | None = None
    no_answer: bool = False


class Prolong(_Message, frozen=True):
    """The user gives more time of his own accord: a consent to what is allowed already, and nothing more.

    Attributes:
        consent: as in `AnswerConsent`.
    """

    consent: bytes


class TakeBack(_Message, frozen=True):
    """The user takes back some of what was allowed; in force at once. Without `Scope.SEE` the session is over."""

    scopes: frozenset[Scope]


class Stop(_Message, frozen=True):
    """End the session now, for this reason."""

    reason: EndReason


ToWorker = Begin | QuestionShown | BannersShown | AnswerConsent | Prolong | TakeBack | Stop | Heartbeat


# --- worker → window process
class Technician(Struct, frozen=True, forbid_unknown_fields=True):
    """Who asks, as certified by the organisation, checked by the worker.

    Attributes:
        leaf: the certificate, DER; a `Consent` names its SHA-256.
    """

    identifier: str
    name: str
    title: str
    phone: str
    organisation: str
    scopes: frozenset[Scope]
    leaf: bytes


class Secured(_Message, frozen=True):
    """The tunnel stands and the technician is whom the certificate says; nothing was asked yet."""

    technician: Technician


class ConsentAsked(_Message, frozen=True):
    """The technician asks to be allowed something; show it and answer within `limits.CONSENT_ANSWER_S`.

    Attributes:
        binding: the tunnel's, 32 bytes, for the `Consent`.
        scopes: never wider than the certificate allows.
        remark: the technician's own words.
        again: something is allowed already, and more is asked for.
    """

    technician: Technician
    binding: bytes
    ticket: int
    scopes: frozenset[Scope]
    minutes: int
    remark: str = ""
    again: bool = False


class Sharing(_Message, frozen=True):
    """The first picture has left."""

    since: datetime


class LineInterrupted(_Message, frozen=True):
    """The line is cut: nothing is shown or held. What was allowed waits for the same technician, for a minute."""


class LineRestored(_Message, frozen=True):
    """The same technician is back, and sees what was allowed."""


class InputDropped(_Message, frozen=True):
    """So many inputs of the technician were dropped since the last of these, for this reason."""

    reason: str
    count: int


class Ended(_Message, frozen=True):
    """The last message of a worker; `sentence` is for the user (untranslated, English)."""

    reason: EndReason
    sentence: str


FromWorker = Secured | ConsentAsked | Sharing | LineInterrupted | LineRestored | InputDropped | Ended | Heartbeat


# --- window process → guard
class Watch(_Message, frozen=True):
    """Watch over this worker; the hot key is taken from now on.

    Attributes:
        worker_pid: the child to kill; the sender has not waited for it yet, so the number is still its own.
        hot_key: such as "ctrl+alt+End": modifiers (ctrl, alt, shift, super) and an X keysym's name.
        display: as in `Begin`.
    """

    worker_pid: Annotated[int, Meta(ge=2)]
    hot_key: str
    display: str | None = None


class StopGuard(_Message, frozen=True):
    """The session is over: kill what is left of the worker, let go of everything, and exit."""


ToGuard = Watch | StopGuard | Heartbeat


# --- guard → window process
class Watching(_Message, frozen=True):
    """Everything is in place. Send the worker its `Begin` after this one.

    Attributes:
        hot_key: whether the key can be heard; if not, say so to the user instead of naming a key.
    """

    hot_key: bool


class HotKeyPressed(_Message, frozen=True):
    """The user pressed the hot key: the worker is dead and nothing is held down any more."""


class WorkerDied(_Message, frozen=True):
    """The worker is gone, whoever ended it, and nothing is held down any more."""


FromGuard = Watching | HotKeyPressed | WorkerDied | Heartbeat

Message = ToWorker | FromWorker | ToGuard | FromGuard
