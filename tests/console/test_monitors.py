from hypothesis import given
from hypothesis import strategies as st

from console.monitors import Monitors, View
from protocol.session.messages import Monitor, ScreenChanged
from protocol.session.picture import Rect

LEFT, RIGHT = Monitor("DP-1", 0, 0, 640, 480, primary=True), Monitor("HDMI-1", 640, 100, 1280, 700)
_sides = st.integers(1, 3000)
_places = st.integers(-3000, 6000)
screens = st.builds(
    ScreenChanged,
    _sides,
    _sides,
    st.lists(st.builds(Monitor, st.text(max_size=5), _places, _places, _sides, _sides), max_size=5).map(tuple),
)


def test_there_is_nothing_to_choose_on_a_single_screen_of_which_all_is_seen() -> None:
    monitors = Monitors()
    monitors.changed(ScreenChanged(640, 480, (LEFT,)))
    assert monitors.views == (View("", Rect(0, 0, 640, 480)),)
    monitors.choose_next()
    assert monitors.watched == ()


def test_the_only_one_of_several_that_is_allowed_is_shown_without_the_others_room() -> None:
    monitors = Monitors()
    monitors.changed(ScreenChanged(1920, 800, (RIGHT,)))
    assert monitors.views == (View("", Rect(640, 100, 1280, 700)),)


def test_all_then_each_in_its_place_then_all_again() -> None:
    monitors = Monitors()
    monitors.changed(ScreenChanged(1920, 800, (RIGHT, LEFT)))
    seen = []
    for _ in range(4):
        seen.append((monitors.watched, monitors.current.area))
        monitors.choose_next()
    whole = Rect(0, 0, 1920, 800)
    assert seen == [
        ((), whole),
        (("DP-1",), Rect(0, 0, 640, 480)),
        (("HDMI-1",), Rect(640, 100, 1280, 700)),
        ((), whole),
    ]


def test_the_choice_follows_its_monitor_and_is_all_again_once_that_is_gone() -> None:
    monitors = Monitors()
    monitors.changed(ScreenChanged(1920, 800, (LEFT, RIGHT)))
    monitors.choose("HDMI-1")
    moved = Monitor("HDMI-1", 0, 480, 800, 320)
    monitors.changed(ScreenChanged(1920, 800, (LEFT, moved)))
    assert monitors.current == View("HDMI-1", Rect(0, 480, 800, 320))
    monitors.changed(ScreenChanged(640, 480, (LEFT,)))
    assert monitors.watched == ()


@given(st.lists(screens, min_size=1, max_size=4), st.integers(0, 9))
def test_whatever_an_agent_says_of_its_monitors_what_is_shown_lies_on_the_screen(
    told: list[ScreenChanged], steps: int
) -> None:
    monitors = Monitors()
    for screen in told:
        monitors.changed(screen)
        for _ in range(steps):
            monitors.choose_next()
        assert monitors.current in monitors.views
        for view in monitors.views:
            area = view.area
            if area is not None:
                assert area.area > 0
                assert area.x >= 0
                assert area.y >= 0
                assert area.x + area.width <= screen.width
                assert area.y + area.height <= screen.height
