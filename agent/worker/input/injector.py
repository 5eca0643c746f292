"""Messages that passed the gate, turned into the hands' movements: coalesced, rate-limited, drops counted by reason.

Text is typed in slices, and what comes behind it waits its turn: between two slices the user is heard, and before each
one the gate is asked again. Letting go empties the queue.
Lives on the loop's thread. Distrusts the technician: the values are in range (`protocol.session.messages`), their
number and order are anybody's.
"""

import enum
from collections import Counter, deque
from collections.abc import Callable

from agent.worker.input.bucket import TokenBucket
from agent.worker.input.hands import Hands, UnableError
from protocol import limits
from protocol.session.messages import ButtonChanged, KeyChanged, PointerMoved, ReleaseAll, Scrolled, TextTyped

Input = PointerMoved | ButtonChanged | Scrolled | KeyChanged | TextTyped | ReleaseAll

_NOTCH = 120
_SLICE = 20
"""So many characters, or messages behind them, are done in one go: a few milliseconds."""
_MOST_WAITING = 1024
"""Messages behind a text that is being typed: what a wild mouse and keyboard give in the seconds it may take."""
_STRANGE = 14.0
"""Tokens for a character that no key gives, besides its one: each changes the keyboard for every program on the screen.
The longest text still passes."""


class Dropped(enum.StrEnum):
    """Why this side drops input that the gate let pass; `Unable` has the rest."""

    TOO_FAST = "too_fast"
    QUEUE_FULL = "queue_full"
    LET_GO = "let_go"
    """It waited for its turn when everything was let go of."""


class Injector:
    """One session's input.

    Attributes:
        dropped: how many were dropped, by reason.
    """

    def __init__(self, hands: Hands, admits: Callable[[Input], bool]) -> None:
        """`admits` asks the gate once more, and counts what it refuses."""
        self._hands, self._admits = hands, admits
        self._bucket = TokenBucket(*limits.INPUT_PER_S)
        self._move: PointerMoved | None = None
        self._waiting: deque[Input] = deque()
        self.dropped: Counter[str] = Counter()

    @property
    def waiting(self) -> bool:
        """Whether there is something left for `go_on`."""
        return bool(self._waiting)

    def take(self, message: Input, now_s: float) -> None:
        """Does it; or remembers it, until `finish` if it is a move, for `go_on` if it is text or comes behind one.

        Raises HandsLostError.
        """
        if isinstance(message, ReleaseAll):  # always, at once, and free of charge
            self.release_all()
        elif not self._affords(message, now_s) and not _lets_go(message):
            self.dropped[Dropped.TOO_FAST] += 1
        elif self._waiting:
            self._wait(message)
        elif isinstance(message, PointerMoved):
            self._move = message
        else:
            self._move_now()
            if isinstance(message, TextTyped) or not self._try(message):
                self._wait(message)
            else:
                self._hands.flush()  # now: what came together with it takes a moment

    def go_on(self) -> None:
        """Does a slice of what waits, in order, as far as the gate still lets it pass. Raises HandsLostError."""
        left = _SLICE
        while self._waiting and left > 0:
            message = self._waiting.popleft()
            if not self._admits(message):
                left -= 1
                continue
            count = self._try(message, left)
            if isinstance(message, TextTyped) and count < len(message.text):
                self._waiting.appendleft(TextTyped(message.text[count:]))  # the slice is full, or the hands must wait
                break
            if not count:
                self._waiting.appendleft(message)
                break
            left -= count
        self._hands.flush()

    def finish(self) -> None:
        """All messages that came together were taken: the last move counts. Raises HandsLostError."""
        self._move_now()
        self._hands.flush()

    def release_all(self) -> None:
        """Lets go of everything, and forgets what waits. Raises HandsLostError."""
        self._move = None
        if self._waiting:
            self.dropped[Dropped.LET_GO] += len(self._waiting)
            self._waiting.clear()
        self._hands.release_all()

    def _affords(self, message: Input, now_s: float) -> bool:
        if not self._bucket.take(now_s, _cost(message)):
            return False
        match message:  # looked at only if paid for
            case TextTyped():
                return self._bucket.take(now_s, _STRANGE * self._hands.strange(message.text))
            case KeyChanged(by_symbol=True, down=True) if self._hands.is_strange(message.keysym):
                return self._bucket.take(now_s, _STRANGE)
        return True

    def _wait(self, message: Input) -> None:
        """Queues it. Of moves in a row the last counts."""
        if isinstance(message, PointerMoved) and self._waiting and isinstance(self._waiting[-1], PointerMoved):
            self._waiting[-1] = message
        elif len(self._waiting) < _MOST_WAITING:
            self._waiting.append(message)
        else:
            self.dropped[Dropped.QUEUE_FULL] += 1
            if _lets_go(
                message
            ):  # a release that is lost leaves something down, and one too early comes before its press
                self.release_all()

    def _move_now(self) -> None:
        if self._move:
            self._hands.move(self._move.x, self._move.y)
            self._move = None

    def _try(self, message: Input, most: int = 1) -> int:
        """Does one message, or up to `most` characters of a text; how much is dealt with, 0 if it has to wait."""
        try:
            if isinstance(message, TextTyped):
                return self._hands.type_text(message.text[:most])
            if isinstance(message, KeyChanged):
                return int(self._hands.key(message))
            self._do(message)
        except UnableError as unable:
            self.dropped[unable.reason] += 1  # of a text one character
        return 1

    def _do(self, message: Input) -> None:
        match message:
            case PointerMoved():
                self._hands.move(message.x, message.y)
            case ButtonChanged():
                self._hands.move(message.x, message.y)
                self._hands.button(message.button, down=message.down)
            case Scrolled():
                self._hands.move(message.x, message.y)
                self._hands.scroll(message.dx, message.dy)


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
