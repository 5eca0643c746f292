"""Which keys and buttons a technician's side has said are down, and not up again. Pure."""

from protocol.session.messages import ButtonChanged, FromConsole, KeyChanged, ReleaseAll


class Held:
    """As far as they were told to the other end."""

    def __init__(self) -> None:
        self._down: set[tuple[type, int, int]] = set()

    def __bool__(self) -> bool:
        """Whether anything is."""
        return bool(self._down)

    def note(self, message: FromConsole) -> None:
        """What is told next."""
        what: tuple[type, int, int]
        match message:
            case KeyChanged(evdev=code, keysym=keysym, down=down):
                # By its code, where there is one: the layout may have changed between down and up.
                what = (KeyChanged, code, 0 if code else keysym)
            case ButtonChanged(button=code, down=down):
                what = (ButtonChanged, code, 0)
            case ReleaseAll():
                self.clear()
                return
            case _:
                return
        (self._down.add if down else self._down.discard)(what)

    def clear(self) -> None:
        """The other end lets go of everything."""
        self._down.clear()
