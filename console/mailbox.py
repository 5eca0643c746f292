"""The one way out of the network thread: a bounded queue and one queued signal.

`post` may be called on any thread; `arrived` fires on the main thread, once for all that waits. Distrusts the relay and
the agents behind the events: whatever they flood, what waits here stays small.
"""

import threading
from collections import Counter, deque

import structlog
from PySide6.QtCore import QObject, Qt, Signal

from console.events import EnrolmentChanged, Event, Heard, LineMeasured, PictureMeasured, Said
from protocol.session.messages import CursorChanged, CursorMoved

MAX_WAITING: dict[type, int] = {Heard: 256, Said: 512, LineMeasured: 16, PictureMeasured: 16}
"""What a peer can cause, and how many of each may wait: windows that keep up never have more than a few, and no peer
that is honest sends so much in the time they take. A `Heard` has up to a mebibyte, a `Said` 64 KiB. All others come
from what this side does."""
_NEWEST_WINS = (CursorChanged, CursorMoved)

_log = structlog.get_logger()


class Mailbox(QObject):
    """Carries events from the network thread to the main thread, in order.

    Of cursors, or answers to wait, that come one after the other only the newest is kept; beyond `MAX_WAITING` what
    comes is dropped, counted and logged. Pictures do not pass through here.

    Attributes:
        has_lost_words: whether something the relay said was dropped since somebody last set it to False.

    Signals:
        arrived: on the main thread, something waits; `take_all` has it.
    """

    arrived = Signal()
    _posted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._waiting: deque[Event] = deque()
        self._counts: Counter[type] = Counter()
        self._dropped: Counter[str] = Counter()
        self.has_lost_words = False
        self._posted.connect(self.arrived, Qt.ConnectionType.QueuedConnection)

    def post(self, event: Event) -> None:
        """Leaves an event; any thread."""
        kind = type(event)
        with self._lock:
            if self._waiting and _overtakes(event, self._waiting[-1]):
                self._waiting[-1] = event
                return
            if self._counts[kind] >= MAX_WAITING.get(kind, self._counts[kind] + 1):
                self._dropped[f"{kind.__name__}_waiting".lower()] += 1
                self.has_lost_words |= kind is Heard
                return
            self._counts[kind] += 1
            self._waiting.append(event)
            first = len(self._waiting) == 1
        if first:
            self._posted.emit()

    def take_all(self) -> list[Event]:
        """What waits, oldest first; main thread."""
        with self._lock:
            events = list(self._waiting)
            self._waiting.clear()
            self._counts.clear()
            dropped, self._dropped = self._dropped, Counter()
        if dropped:
            _log.warning("events_dropped", **dropped)
        return events


def _overtakes(event: Event, before: Event) -> bool:
    """Whether `before` is of no interest any more once `event` is there."""
    match before, event:
        case EnrolmentChanged(state=was), EnrolmentChanged(state=state):
            return was is state
        case Said(session=was_of, event=was_said), Said(session=session, event=said):
            return was_of == session and isinstance(said, _NEWEST_WINS) and type(was_said) is type(said)
    return False
