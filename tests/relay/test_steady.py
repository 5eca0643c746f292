"""The time of day follows the machine's clock, but for jumps that do not last."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from relay.server import Relay
from relay.steady import JUMP_S, SETTLES_S, SteadyClock
from tests.relay.rig import House

BEGIN = datetime(2026, 11, 2, 10, 30, tzinfo=UTC)


class Machine:
    """Its count of seconds, and how wrong its clock is."""

    def __init__(self) -> None:
        self.seconds, self.wrong_s, self.jumps = 0.0, 0.0, list[float]()
        self.clock = SteadyClock(lambda: self.true + timedelta(seconds=self.wrong_s), lambda: self.seconds)
        self.clock.jumped = self.jumps.append

    @property
    def true(self) -> datetime:
        return BEGIN + timedelta(seconds=self.seconds)

    def error_s(self) -> float:
        return (self.clock() - self.true).total_seconds()


def test_a_clock_that_is_moved_a_little_is_followed_at_once() -> None:
    machine = Machine()
    for wrong_s in (0.5, 30.0, -29.0, JUMP_S - 30):
        machine.wrong_s = wrong_s
        assert abs(machine.error_s() - wrong_s) < 1e-3
    assert machine.jumps == []


def test_hours_forward_and_back_are_not_noticed_while_they_do_not_last() -> None:
    machine = Machine()
    for wrong_s in (6 * 3600.0, -6 * 3600.0, 40 * 86_400.0):
        machine.wrong_s = wrong_s
        for _ in range(19):
            machine.seconds += 15
            assert abs(machine.error_s()) < 1e-3
        machine.wrong_s = 0.0
        assert abs(machine.error_s()) < 1e-3
        machine.seconds += 3600
    assert [round(by_s) for by_s in machine.jumps] == [6 * 3600, -6 * 3600, 40 * 86_400], "each is said once"


def test_a_clock_that_stays_where_it_was_put_is_followed() -> None:
    machine = Machine()
    for wrong_s in (7200.0, -7200.0):
        machine.wrong_s = wrong_s
        machine.clock()
        machine.seconds += SETTLES_S
        assert abs(machine.error_s() - wrong_s) < 1e-3
    assert len(machine.jumps) == 2


WHILES = st.lists(st.tuples(st.floats(0, SETTLES_S * 0.9), st.floats(-1e6, 1e6), st.integers(1, 5)), max_size=12)


@given(WHILES)
def test_whoever_puts_the_clock_right_within_minutes_changes_nothing(whiles: list[tuple[float, float, int]]) -> None:
    machine = Machine()
    for lasts_s, wrong_s, looks in whiles:
        machine.wrong_s = wrong_s if abs(wrong_s) > JUMP_S else 0.0
        before = machine.clock()
        for _ in range(looks):
            machine.seconds += lasts_s / looks
            now = machine.clock()
            assert now >= before
            before = now
            assert abs(machine.error_s()) < 1e-3
        machine.wrong_s = 0.0
        assert abs(machine.error_s()) < 1e-3
        machine.seconds += 15


def test_a_relay_keeps_its_time_by_it(house: House) -> None:
    assert isinstance(Relay(house.settings(), log=None)._clock, SteadyClock)  # type: ignore[arg-type]
