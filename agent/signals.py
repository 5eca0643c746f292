"""SIGTERM, SIGHUP and SIGINT as a Qt signal: a log-off ends the session in order. Qt's main thread.

Python runs a signal's handler only between two of its instructions, and Qt's loop may sleep for long; the socket that
Python writes each signal's number to (`signal.set_wakeup_fd`) wakes it.
"""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal

_CAUGHT = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class EndSignals(QObject):
    """Signals: `came(int)` with the number."""

    came = Signal(int)

    def __init__(self) -> None:
        """Catches them from now on."""
        super().__init__()
        self._near, self._far = socket.socketpair()
        self._near.setblocking(False)
        self._far.setblocking(False)
        signal.set_wakeup_fd(self._far.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, _nothing) for number in _CAUGHT}
        self._notifier = QSocketNotifier(self._near.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)

    def give_up(self) -> None:
        """Leaves the signals to Python again."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(-1)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._near.close()
        self._far.close()

    def _read(self) -> None:
        for number in self._near.recv(64):
            if number in _CAUGHT:
                self.came.emit(number)


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """The work is done where the socket is read."""
