from itertools import count

import pytest

from agent.watching.figures import Figure, LocalFigures
from agent.watching.watcher import Cleared, Raised, Watcher
from protocol.desk.events import Threshold
from protocol.envelope import KnownFault

DISK = Threshold("disk.used_percent", limit=90, clear=85, for_s=60)


def disk(percent: float, target: str = "/") -> Figure:
    return Figure("disk.used_percent", target, percent, f"{percent} %")


@pytest.fixture
def watcher() -> Watcher:
    numbers = count(1)
    watcher = Watcher(lambda: f"{next(numbers):032x}")
    watcher.watch([DISK], [])
    return watcher


def test_p34_each_drive_that_is_full_for_long_enough_is_one_fault_until_it_is_over(watcher: Watcher) -> None:
    assert watcher.look([disk(95), disk(95, "/home")], 0) == []
    raised = watcher.look([disk(95), disk(80, "/home")], 60)
    assert raised == [Raised(f"{1:032x}", disk(95))]
    assert watcher.look([disk(96)], 120) == []
    assert watcher.look([disk(50)], 180) == []
    assert watcher.look([disk(50)], 240) == [Cleared(f"{1:032x}", "50 %")]
    assert watcher.faults == {}


def test_a_fault_the_desk_knows_of_is_taken_up_again_after_a_restart_and_not_told_twice(watcher: Watcher) -> None:
    watcher.watch([DISK], [KnownFault("f" * 32, "disk.used_percent", "/")])
    assert watcher.look([disk(95)], 0) == []
    assert watcher.look([disk(95)], 300) == []
    watcher.look([disk(50)], 360)
    assert watcher.look([disk(50)], 420) == [Cleared("f" * 32, "50 %")]


def test_what_is_no_longer_watched_is_no_longer_a_fault(watcher: Watcher) -> None:
    watcher.look([disk(95)], 0)
    watcher.look([disk(95)], 60)
    assert watcher.watch([], []) == [Cleared(f"{1:032x}", "")]
    assert watcher.checks == ()


def test_another_limit_is_held_against_the_figure_from_the_beginning(watcher: Watcher) -> None:
    watcher.look([disk(95)], 0)
    watcher.watch([Threshold("disk.used_percent", limit=94, clear=85, for_s=60)], [])
    assert watcher.look([disk(95)], 60) == []
    assert len(watcher.look([disk(95)], 120)) == 1


def test_a_check_the_desk_asks_for_is_judged_by_its_threshold_and_what_cannot_be_read_has_not_passed(
    watcher: Watcher,
) -> None:
    assert watcher.judge("disk.used_percent", "/", [disk(50)]).passed
    assert not watcher.judge("disk.used_percent", "/", [disk(95)]).passed
    assert not watcher.judge("disk.used_percent", "/gone", [disk(50)]).passed


def test_this_machines_figures_can_be_read_and_are_numbers_with_their_words() -> None:
    figures = LocalFigures()
    found = figures.read(["cpu.percent", "memory.available_mb", "disk.used_percent", "no.such", "cpu.percent"])
    assert {figure.check for figure in found} >= {"cpu.percent", "memory.available_mb"}
    assert len([figure for figure in found if figure.check == "cpu.percent"]) == 1
    assert all(figure.value >= 0 and figure.shown for figure in found)
