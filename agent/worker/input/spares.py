"""Keycodes that mean nothing, lent to symbols that no key of the layout gives, and given back.

Several take turns, since a slow program may look up a key after the next was mapped: none means something else within
`_REUSE_S` of its use. Lives on its connection's thread. Distrusts other programs, which may map keys, too.
"""

import time
from collections import OrderedDict
from collections.abc import Container, Iterable

from agent.x11.connection import Connection
from agent.x11.layout import Layout

_REUSE_S = 0.06
"""A program may look up a key so long after it was pressed; only then may its keycode mean something else."""


class Spares:
    """The spare keycodes of a layout. Its methods raise DisplayLost.

    Attributes:
        due_s: when one can be lent again, monotonic, after `lend` had none.
    """

    def __init__(self, connection: Connection, layout: Layout) -> None:
        self._x = connection
        self._mapped: OrderedDict[int, int] = OrderedDict((code, 0) for code in layout.spare)
        self._used_s = dict.fromkeys(self._mapped, float("-inf"))
        self.due_s = float("-inf")

    def __contains__(self, keycode: object) -> bool:
        """Whether this keycode is one of them."""
        return keycode in self._mapped

    def __len__(self) -> int:
        """How many there are."""
        return len(self._mapped)

    def gives(self, keysym: int) -> bool:
        """Whether one gives this symbol already."""
        return keysym in self._mapped.values()

    def are_all(self, keycodes: Iterable[int]) -> bool:
        """Whether these are all spare: a change of their meaning is ours, or nobody's business."""
        return all(keycode in self._mapped for keycode in keycodes)

    def heed(self, layout: Layout) -> None:
        """The keyboard has changed: what has a meaning of its own now is no longer spare, and lost mappings are."""
        spare = frozenset(layout.spare)
        for keycode, keysym in list(self._mapped.items()):
            if keycode in spare:
                self._mapped[keycode] = 0
            elif not keysym or keysym not in layout.symbols(keycode, 0):
                del self._mapped[keycode]
        for keycode in layout.spare:
            self._mapped.setdefault(keycode, 0)
            self._used_s.setdefault(keycode, float("-inf"))

    def lend(self, keysym: int, down: Container[int]) -> int | None:
        """A keycode that gives this symbol; the one unused for the longest time, if it must be mapped anew.

        None, and `due_s`, if that was used too short a while ago: twenty new symbols within a blink. Better late than
        wrong. `down` are keys that are down and keep their meaning.
        """
        free = (code for code in self._mapped if code not in down)
        keycode = next((code for code, mapped in self._mapped.items() if mapped == keysym), None) or next(free, None)
        now_s = time.monotonic()
        if keycode is None:
            self.due_s = now_s + _REUSE_S
            return None
        if self._mapped[keycode] != keysym:
            due_s = self._used_s[keycode] + _REUSE_S
            if now_s < due_s:
                self.due_s = due_s
                return None
            self._map(keycode, keysym)
            self._mapped[keycode] = keysym
        self._mapped.move_to_end(keycode)
        self._used_s[keycode] = now_s
        return keycode

    def restore(self) -> None:
        """All mean nothing again."""
        for keycode, keysym in self._mapped.items():
            if keysym:
                self._map(keycode, 0)
                self._mapped[keycode] = 0

    def _map(self, keycode: int, keysym: int) -> None:
        self._x.core.ChangeKeyboardMapping(1, keycode, 2, [keysym, keysym])
