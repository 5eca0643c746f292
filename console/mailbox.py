"""The one way out of the network thread: a queue and one queued signal. Distrusts nothing.

`post` may be called on any thread; `arrived` fires on the main thread, once for all that waits.
"""

from collections import deque

from PySide6.QtCore import QObject, Qt, Signal

from console.events import Event


class Mailbox(QObject):
    """Carries events from the network thread to the main thread, in order.

    The queue is bounded by its sources: the relay's messages are rate-limited there, and a session's pictures, the
    only flood there could be, do not pass through here.

    Signals:
        arrived: on the main thread, something waits; `take_all` has it.
    """

    arrived = Signal()
    _posted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[Event] = deque()
        self._announced = False
        self._posted.connect(self.arrived, Qt.ConnectionType.QueuedConnection)

    def post(self, event: Event) -> None:
        """Leaves an event; any thread."""
        self._waiting.append(event)
        if not self._announced:
            self._announced = True
            self._posted.emit()

    def take_all(self) -> list[Event]:
        """What waits, oldest first; main thread."""
        # Cleared before the queue is emptied: whoever posts in between wakes us once too often, never once too few.
        self._announced = False
        events = []
        while self._waiting:
            events.append(self._waiting.popleft())
        return events
