"""The one gate every message inside the tunnel passes on the helped side. Pure; distrusts the technician.

Whatever the console sends, and whatever pixels leave, is held against the consent first. What is outside is dropped,
counted by reason, and shown. The gate knows no sockets and no screen: it says yes, or raises.
"""

import enum
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from protocol.consent import Consent
from protocol.scopes import Scope
from protocol.session.messages import (
    Ask,
    ButtonChanged,
    FrameShown,
    Goodbye,
    KeyChanged,
    PointerMoved,
    RefreshRequested,
    ReleaseAll,
    Resume,
    Scrolled,
    TextTyped,
    Watch,
)
from protocol.session.picture import Rect

NEEDED: dict[type, Scope | None] = {
    Ask: None,
    Goodbye: None,
    Resume: None,  # its proof is checked by the session
    ReleaseAll: None,  # letting go is always allowed
    FrameShown: Scope.SEE,
    RefreshRequested: Scope.SEE,
    Watch: Scope.SEE,
    PointerMoved: Scope.CONTROL,
    ButtonChanged: Scope.CONTROL,
    Scrolled: Scope.CONTROL,
    KeyChanged: Scope.CONTROL,
    TextTyped: Scope.CONTROL,
}
"""The scope each message from a console needs. A message that is not in here is refused."""

USER_WINS_S = 1.5
"""The user's own mouse or keyboard wins for so long."""


class Outside(enum.StrEnum):
    """Why something was dropped."""

    NO_CONSENT = "no_consent"
    EXPIRED = "expired"
    SCOPE_MISSING = "scope_missing"
    OTHER_MONITOR = "other_monitor"
    QUESTION_OPEN = "question_open"
    USER_ACTIVE = "user_active"
    UNKNOWN_MESSAGE = "unknown_message"


class OutsideConsent(Exception):  # noqa: N818 - the name says what happened; it is no error of this program
    """A message that the consent does not cover."""

    def __init__(self, reason: Outside) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Gate:
    """Holds messages against one consent.

    Attributes:
        dropped: how many were refused, by reason.
    """

    def __init__(self) -> None:
        self._consent: Consent | None = None
        self._areas: tuple[Rect, ...] = ()
        self._question_open = False
        self._user_active_until = float("-inf")
        self.dropped: Counter[Outside] = Counter()

    @property
    def consent(self) -> Consent | None:
        """The consent in force, or None before it was given and after it was taken back."""
        return self._consent

    def open(self, consent: Consent) -> None:
        """Lets through what this consent covers. The caller has checked its signature and its parties."""
        self._consent = consent

    def close(self) -> None:
        """Lets nothing through any more: the consent was taken back or is over."""
        self._consent = None

    def monitors_are(self, areas: Iterable[Rect]) -> None:
        """Where the monitors are that the consent names; of one that names some, nothing else can be pointed at."""
        self._areas = tuple(areas)

    def shows(self, x: int, y: int) -> bool:
        """Whether this pixel of the root window lies on a monitor that the consent covers."""
        if self._consent is None or not self._consent.monitors:
            return self._consent is not None
        return any(area.x <= x < area.x + area.width and area.y <= y < area.y + area.height for area in self._areas)

    def question_shown(self, *, shown: bool) -> None:
        """While a consent question is on the screen, nobody but the user may answer it."""
        self._question_open = shown

    def user_acted(self, now_s: float) -> None:
        """The user's own mouse or keyboard moved, at `now_s` on a monotonic clock in seconds."""
        self._user_active_until = now_s + USER_WINS_S

    def allows(self, scope: Scope, now: datetime) -> bool:
        """Whether `scope` is granted now: what the side that sends pixels asks before each frame."""
        return self._why_not(scope, now) is None

    def admit(self, message: object, *, now: datetime, now_s: float) -> None:
        """Lets one message from the console pass.

        Args:
            message: one of `protocol.session.messages.FromConsole`.
            now: aware UTC, held against the consent's begin and end.
            now_s: monotonic seconds, for the rule that the user wins.

        Raises:
            OutsideConsent: with the reason, which was counted.
        """
        reason = self._judge(message, now, now_s)
        if reason is not None:
            self.dropped[reason] += 1
            raise OutsideConsent(reason)

    def _judge(self, message: object, now: datetime, now_s: float) -> Outside | None:
        if type(message) not in NEEDED:
            return Outside.UNKNOWN_MESSAGE
        scope = NEEDED[type(message)]
        if scope is None:
            return None
        return self._why_not(scope, now) or (self._why_not_now(message, now_s) if scope is Scope.CONTROL else None)

    def _why_not_now(self, message: object, now_s: float) -> Outside | None:
        if self._question_open:
            return Outside.QUESTION_OPEN
        if now_s < self._user_active_until:
            return Outside.USER_ACTIVE
        if isinstance(message, PointerMoved | ButtonChanged | Scrolled) and not self.shows(message.x, message.y):
            return Outside.OTHER_MONITOR
        return None

    def _why_not(self, scope: Scope, now: datetime) -> Outside | None:
        if self._consent is None:
            return Outside.NO_CONSENT
        if not self._consent.begin <= now < self._consent.end:
            return Outside.EXPIRED
        if scope not in self._consent.scopes:
            return Outside.SCOPE_MISSING
        return None
