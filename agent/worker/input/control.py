"""Everything of a session that can press a key: hands, injector, and an ear for the user's own mouse and keyboard.

Guarantees that nothing of it is open before `open`, and that nothing is held after `release_all`, `close`, or the
user's own hand moved. Lives on the event loop, and keeps it for no more than a slice of a text. Distrusts
the technician as far as `injector` says.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable

from agent.worker.course import SessionOver
from agent.worker.input.hands import Hands, HandsLostError
from agent.worker.input.injector import Injector, Input
from agent.worker.input.user import UserWatch
from agent.x11.connection import DisplayLost
from protocol.desk.events import EndReason
from protocol.session.messages import KeyboardChanged

_POINTER_PAUSE_S = 1 / 30
_SLICE_PAUSE_S = 0.01
"""Between two slices of a text: together as fast as input may come in at all (`limits.INPUT_PER_S`)."""
_GONE = "The display is gone; the session is over."


class Control:
    """One session's. All methods but `close` raise SessionOver when the display is gone."""

    def __init__(  # noqa: PLR0913 - the rims, and whom to tell
        self,
        open_hands: Callable[[], Hands],
        display: str | None,
        *,
        admits: Callable[[Input], bool],
        user_acted: Callable[[tuple[int, int] | None], None],
        keyboard_changed: Callable[[KeyboardChanged], None],
        end: Callable[[SessionOver], None],
    ) -> None:
        """`user_acted` is told when the user's own hand moved, and where the pointer went if it did.

        `keyboard_changed` is told what the keys here give: at once, and whenever the user chooses another layout.

        `admits` asks the gate about what had to wait, and counts what it refuses.
        """
        self._open_hands, self._display, self._admits = open_hands, display, admits
        self._user_acted, self._keyboard_changed, self._end = user_acted, keyboard_changed, end
        self._keyboard: KeyboardChanged | None = None
        self._hands: Hands | None = None
        self._injector: Injector | None = None
        self._user: UserWatch | None = None
        self._kept_off: frozenset[int] = frozenset()
        self._pointer_due_s = self._slice_due_s = float("-inf")
        self._slice: asyncio.TimerHandle | None = None

    @property
    def holding(self) -> bool:
        """Whether a key or button may be down because of the technician."""
        return self._hands is not None and self._hands.holding

    @property
    def dropped(self) -> Counter[str]:
        """How many inputs were dropped, by reason."""
        return self._injector.dropped if self._injector else Counter()

    def open(self) -> None:
        """From now on inputs are done. Doing it again changes nothing."""
        if self._injector:
            return
        try:
            self._hands = self._open_hands()
            self._user = UserWatch(self._display)
        except (HandsLostError, DisplayLost) as error:
            raise SessionOver(EndReason.USER_LOGGED_OFF, _GONE) from error
        self._hands.keep_off(self._kept_off)
        self._injector = Injector(self._hands, self._admits)
        loop = asyncio.get_running_loop()
        loop.add_reader(self._user.fileno(), self._on_user)
        loop.add_reader(self._hands.fileno(), self._on_hands)
        self._guarded(lambda _: None)

    def tell_keyboard(self) -> None:
        """What the keys give as things are, once more: whoever was away has not heard of another layout."""
        if self._keyboard is not None:
            self._keyboard_changed(self._keyboard)

    def keep_off(self, windows: frozenset[int]) -> None:
        """Nothing is pressed in these windows from now on."""
        self._kept_off = windows
        if self._hands:
            self._hands.keep_off(windows)

    def take(self, message: Input) -> None:
        """Does it, if there is anything to do it with."""
        if self._injector:
            self._guarded(lambda injector: injector.take(message, time.monotonic()))

    def finish(self) -> None:
        """All that came together was taken."""
        self._guarded(Injector.finish)

    def release_all(self) -> None:
        """Lets go of every key and button."""
        self._guarded(Injector.release_all)

    def close(self) -> None:
        """Lets go of everything, for good. Never raises."""
        if self._slice:
            self._slice.cancel()
        loop = asyncio.get_running_loop()
        if self._hands:
            loop.remove_reader(self._hands.fileno())
            self._hands.close()
        if self._user:
            loop.remove_reader(self._user.fileno())
        self._hands = self._injector = self._user = None

    def _guarded(self, work: Callable[[Injector], None]) -> None:
        if self._injector is None or self._hands is None:
            return
        try:
            work(self._injector)
            changed = self._hands.look()
        except HandsLostError as error:
            raise SessionOver(EndReason.USER_LOGGED_OFF, _GONE) from error
        if changed:
            self._keyboard = changed
            self._keyboard_changed(changed)
        if self._injector.waiting and self._slice is None:
            pause_s = max(0.0, self._slice_due_s - time.monotonic())
            self._slice = asyncio.get_running_loop().call_later(pause_s, self._go_on)

    def _go_on(self) -> None:
        """The next slice of what waits."""
        self._slice, self._slice_due_s = None, time.monotonic() + _SLICE_PAUSE_S
        try:
            self._guarded(Injector.go_on)
        except SessionOver as over:
            self._end(over)

    def _on_hands(self) -> None:
        """Perhaps there is another layout."""
        try:
            self._guarded(lambda _: None)
        except SessionOver as over:
            self._end(over)

    def _on_user(self) -> None:
        """The user's own hand moved: it wins."""
        if self._user is None:
            return
        try:
            activity = self._user.look()
            if not activity.acted:
                return
            now_s = time.monotonic()
            where = activity.pointer if now_s >= self._pointer_due_s else None
            if where:
                self._pointer_due_s = now_s + _POINTER_PAUSE_S
            self._user_acted(where)
            self.release_all()
        except DisplayLost:
            self._end(SessionOver(EndReason.USER_LOGGED_OFF, _GONE))
        except SessionOver as over:
            self._end(over)
