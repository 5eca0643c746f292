import subprocess
import sys

from tests.agent.rig import Screen


def said(screen: Screen) -> list[str]:
    """What the program says of each of its screens."""
    argv = [sys.executable, "-m", "tests.agent.ui.screens_on_x"]
    environment = screen.env | {"QT_QPA_PLATFORM": "xcb"}
    done = subprocess.run(argv, env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=30)
    return sorted(done.stdout.splitlines())


def test_each_of_several_screens_is_known_by_its_monitors_name(screen: Screen) -> None:
    screen.divide(left=(0, 0, 640, 480), right=(640, 100, 640, 700))
    assert said(screen) == ["left 1", "right 1"]


def test_the_only_screen_and_one_that_is_shown_twice_have_no_name(screen: Screen) -> None:
    assert said(screen) == ["- 0"]
    screen.divide(one=(0, 0, 640, 480), twin=(0, 0, 640, 480))
    assert {line.split()[0] for line in said(screen)} == {"-"}
