"""Messages that passed the gate, turned into the hands' movements: coalesced, rate-limited, drops counted by reason.

Lives on the loop's thread. Distrusts the technician: the values are in range (`protocol.session.messages`), their
number and order are anybody's.
"""

import enum
from collections import Counter

from agent.worker.input.bucket import TokenBucket
from agent.worker.input.hands import Hands, UnableError
from protocol import limits
from protocol.session.messages import ButtonChanged, KeyChanged, PointerMoved, ReleaseAll, Scrolled, TextTyped

Input = PointerMoved | ButtonChanged | Scrolled | KeyChanged | TextTyped | ReleaseAll

_NOTCH = 120


class Dropped(enum.StrEnum):
    """Why this side drops input that the gate let pass; `Unable` has the rest."""

    TOO_FAST = "too_fast"


class Injector:
    """One session's input.

    Attributes:
        dropped: how many were dropped, by reason.
    """

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._bucket = TokenBucket(*limits.INPUT_PER_S)
        self._move: PointerMoved | None = None
        self.dropped: Counter[str] = Counter()

    def take(self, message: Input, now_s: float) -> None:
        """Does it, or remembers it until `finish` if it is a move. Raises HandsLostError."""
        if isinstance(message, ReleaseAll):  # always, at once, and free of charge
            self._move = None
            self._hands.release_all()
            return
        if not self._bucket.take(now_s, _cost(message)) and not _lets_go(message):
            self.dropped[Dropped.TOO_FAST] += 1
            return
        if isinstance(message, PointerMoved):
            self._move = message
            return
        self._move_now()
        try:
            self._do(message)
        except UnableError as unable:
            self.dropped[unable.reason] += 1

    def finish(self) -> None:
        """All messages that came together were taken: the last move counts. Raises HandsLostError."""
        self._move_now()
        self._hands.flush()

    def release_all(self) -> None:
        """Lets go of everything. Raises HandsLostError."""
        self._move = None
        self._hands.release_all()

    def _move_now(self) -> None:
        if self._move:
            self._hands.move(self._move.x, self._move.y)
            self._move = None

    def _do(self, message: ButtonChanged | Scrolled | KeyChanged | TextTyped) -> None:
        match message:
            case ButtonChanged():
                self._hands.move(message.x, message.y)
                self._hands.button(message.button, down=message.down)
            case Scrolled():
                self._hands.move(message.x, message.y)
                self._hands.scroll(message.dx, message.dy)
            case KeyChanged():
                self._hands.key(message.evdev, message.keysym, down=message.down)
            case TextTyped():
                self._hands.type_text(message.text)


def _lets_go(message: Input) -> bool:
    """A release is never dropped: it would leave something down."""
    return isinstance(message, KeyChanged | ButtonChanged) and not message.down


def _cost(message: Input) -> float:
    """Tokens: as many as the events that come of it."""
    match message:
        case TextTyped():
            return float(len(message.text))
        case Scrolled():
            return 1.0 + (abs(message.dx) + abs(message.dy)) // _NOTCH
    return 1.0
