"""Collects what Python alone would leave lying in circles of references, on Qt's thread and nowhere else.

Python does it on whichever thread happens to make the next object. Windows and timers that nobody uses any more are
often part of such a circle, and Qt does not bear that they are destroyed on the network's thread, or a pool's: the
program crashes, or stands still. So Python is not to do it by itself, and a timer does, as seldom as Python would.
"""

import gc

from PySide6.QtCore import QObject, QTimer

_LOOK_MS = 1000


class Cycles(QObject):
    """Lives as long as the program. Made, and at work, on Qt's thread."""

    def __init__(self) -> None:
        """From now on no other thread collects anything."""
        super().__init__()
        self._before = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(collect_due)
        self._timer.start(_LOOK_MS)

    def give_up(self) -> None:
        """Leaves it to Python again."""
        self._timer.stop()
        if self._before:
            gc.enable()


def collect_due() -> None:
    """The oldest generation that has grown beyond Python's own threshold, with those younger than it."""
    counts, thresholds = gc.get_count(), gc.get_threshold()
    for generation in (2, 1, 0):
        if counts[generation] > thresholds[generation] > 0:
            gc.collect(generation)
            return
