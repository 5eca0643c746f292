import re
from collections.abc import Iterator

import pytest

from tests.stage import Desk, StageError, Window


@pytest.fixture(scope="module")
def sample_desk() -> Iterator[Desk]:
    with Desk("sample", (1280, 1024)) as desk:
        desk.python("-m", "tests.stage.sample")
        desk.ui.window("Sample").wait(timeout_s=30)
        yield desk


@pytest.fixture
def sample(sample_desk: Desk) -> Window:
    return sample_desk.ui.window("Sample")


def test_a_form_is_filled_in_and_sent_like_a_person_would(sample: Window) -> None:
    sample.field("What is wrong?").fill("")
    sample.field("What is wrong?").type("The printer ")
    sample.field("What is wrong?").type("bürns €")
    sample.field("Details").fill("first\nsecond")
    sample.checkbox("Memory").untick()
    sample.checkbox("Memory").untick()
    sample.number("Minutes").set_value(17)
    sample.combo("Urgency").choose("very high")
    sample.row("Grace").select()
    sample.row("cell 21").select()
    sample.button("Send").press()
    said = sample.wait_text("sent")
    assert said == r"sent 'The printer bürns €' 'first\nsecond' False 17 very high ['Grace'] [2]"


def test_controls_tell_what_they_show(sample: Window) -> None:
    sample.checkbox("Memory").tick()
    assert sample.checkbox("Memory").checked
    sample.number("Minutes").set_value(5)
    assert sample.number("Minutes").value == 5
    sample.field("What is wrong?").fill("no ink")
    assert sample.field("What is wrong?").text == "no ink"
    assert sample.button(re.compile("^S.nd$")).enabled
    assert not sample.button("Never").enabled
    assert {"Memory", "no ink", "Ada", "cell 00"} <= set(sample.texts())


def test_what_is_hidden_is_not_there(sample: Window) -> None:
    assert not sample.label("a secret").exists
    assert "a secret" not in sample.texts()


def test_a_button_that_is_not_there_is_reported_with_all_that_is(sample: Window) -> None:
    with pytest.raises(StageError, match=r"no button 'Recieve'(?s:.*)push button 'Send'"):
        sample.button("Recieve").press(timeout_s=0.2)


def test_a_disabled_button_cannot_be_pressed(sample: Window) -> None:
    with pytest.raises(StageError, match="it is disabled"):
        sample.button("Never").press(timeout_s=0.2)


def test_a_control_is_clicked_where_the_screen_shows_it(sample_desk: Desk, sample: Window) -> None:
    sample.checkbox("Memory").tick()
    x, y, width, height = sample.checkbox("Memory").bounds()
    assert width > 0
    sample_desk.click(x + 8, y + height // 2)
    assert not sample.checkbox("Memory").checked


def test_the_tray_icon_is_shown_in_its_colour_and_its_menu_works(sample_desk: Desk, sample: Window) -> None:
    x, y = sample_desk.display.tray_icon("sample").centre
    assert sample_desk.pixel(x, y) == (0x0F, 0x76, 0x6E)
    sample_desk.click_tray("sample", button=3)
    sample_desk.ui.menu_item("Say hello").press()
    assert sample.wait_text("hello") == "hello"


def test_a_german_keyboard_types_what_is_printed_on_its_keys(sample_desk: Desk, sample: Window) -> None:
    sample_desk.set_layout("de")
    sample.field("What is wrong?").fill("")
    sample_desk.display.focus_window("Sample")
    sample.field("What is wrong?").focus()
    sample_desk.type("zy äöü @€{")
    sample_desk.key("Return")
    assert sample.wait_text("zy äöü @€{")
    sample_desk.set_layout("us")
