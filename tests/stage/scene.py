"""A help desk with everybody at their places: the relay up, the agent in the user's tray, the technician signed in."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.stage.display import Bounds
from tests.stage.people import BANNER, Technician, User, share_of_equal_pixels
from tests.stage.waiting import StageError, wait_for
from tests.stage.world import World

FAILURES = Path(__file__).parent.parent.parent / "build" / "failed"


@dataclass
class Scene:
    """One user, one technician."""

    world: World
    user: User
    technician: Technician

    def begin_session(self, problem: str, *, control: bool = True) -> int:
        """Go the whole way from the tray to the picture, and return the ticket's number."""
        number = self.user.ask_for_help(problem)
        self.technician.take(number)
        self.technician.connect(number)
        self.user.allow(control=control)
        self.technician.picture(number, self.user.desk.display.current_size())
        return number

    def wait_same_picture(self, number: int, *, timeout_s: float = 10.0) -> Bounds:
        """Wait until the technician's display shows the user's, pixel for pixel but for the banner; return where.

        Beneath the banner only the technician sees what there is: the user's display has nothing to compare it with.

        Raises:
            StageError: it never does; the message says how much of it is right.
        """
        mine, theirs = self.user.desk.display, self.technician.desk.display

        def area() -> Bounds:
            return self.technician.picture(number, mine.current_size())  # the window may move yet

        def probe() -> Bounds | None:
            where, covered, before = area(), mine.unmanaged(BANNER), mine.grab()
            shown, after = theirs.grab(where), mine.grab()
            shown, before, after = (
                _without(covered, picture, mine.current_size()[0]) for picture in (shown, before, after)
            )
            return where if shown in (before, after) else None

        def failure() -> str:
            return f"{share_of_equal_pixels(theirs.grab(area()), mine.grab()):.4%} of the pixels are right"

        return wait_for("the same picture on both displays", probe, timeout_s=timeout_s, every_s=0.1, failure=failure)

    def begin_anew(self) -> None:
        """Start both programs again, after something went so wrong that nobody knows what is on the displays."""
        for process in (self.world.agent, self.world.console):
            if process is not None:
                process.stop()
        for unwritten in self.world.technician.directory.rglob("notes.json"):
            unwritten.unlink()  # asked for at the next start, in a window of the same name as the next one's
        if self.world.relay is None or not self.world.relay.running:
            self.world.start_relay()
        self.world.start_agent()
        self.world.start_console()

    def photograph(self, name: str, folder: Path = FAILURES) -> None:
        """Save a picture of each display."""
        for desk in (self.user.desk, self.technician.desk):
            desk.screenshot(folder / f"{name}-{desk.name}.png")

    def check_logs(self) -> None:
        """Fail if any of the programs has printed a traceback.

        Raises:
            StageError: one has.
        """
        for log in sorted(self.world.logs.glob("*.log")):
            _, crash, what = log.read_text(errors="replace").partition("Traceback (most recent call last)")
            if crash:
                raise StageError(f"{log}:\n{crash}{what[:4000]}")


@contextmanager
def open_scene(directory: Path, *, env: Mapping[str, str] | None = None) -> Iterator[Scene]:
    """Bring everything up, with `env` besides; at the end, see that nothing has crashed."""
    with World(directory, env=env) as world:
        world.start_relay()
        world.start_agent()
        world.start_console()
        scene = Scene(world, User(world.user), Technician(world.technician))
        yield scene
        scene.check_logs()


def _without(parts: Sequence[Bounds], picture: bytes, width: int) -> bytes:
    """A picture of this width with some parts of it black."""
    pixels = np.frombuffer(picture, np.uint8).reshape(-1, width, 3).copy()
    for part in parts:
        pixels[part.y : part.y + part.height, part.x : part.x + part.width] = 0
    return pixels.tobytes()
