"""Every window there is, in both languages, in as little room as a screen may leave: what needs no eyes."""

import dataclasses
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from agent.ui import theme
from agent.ui.rating_card import RatingCard
from tests.looks.checks import SIGN, TEXT, contrast, drawn_colours, shortcomings_at_rest, show_in_little_room, undrawn
from tests.looks.variants import windows

WINDOWS = dict(windows("agent"))
PAIRS = (
    ("text", "ground", TEXT),
    ("text", "surface", TEXT),
    ("text", "accent_soft", TEXT),
    ("muted", "ground", TEXT),
    ("muted", "surface", TEXT),
    ("muted", "accent_soft", TEXT),
    ("accent", "ground", TEXT),
    ("accent", "surface", TEXT),
    ("accent", "accent_soft", TEXT),
    ("on_accent", "accent", TEXT),
    ("on_stop", "stop", TEXT),
    ("on_warn", "warn", TEXT),
    ("stop", "surface", SIGN),
)
"""Text or sign, what it stands on, and the least contrast."""


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("factory", WINDOWS.values(), ids=WINDOWS)
def test_each_control_has_a_name_a_tooltip_and_a_way_to_it_and_no_text_is_cut(
    factory: Callable[[], QWidget], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", language)
    window = factory()
    show_in_little_room(window)
    assert "\n".join(shortcomings_at_rest(window)) == ""


@pytest.mark.parametrize("factory", WINDOWS.values(), ids=WINDOWS)
def test_each_window_follows_the_system_from_light_to_dark_at_once(
    factory: Callable[[], QWidget], qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def turn(to: theme.Tones) -> None:
        monkeypatch.setattr(theme, "tones", lambda: to)
        theme._dress(qapp)

    turn(theme.LIGHT)
    window = factory()
    show_in_little_room(window)
    drawn_colours(window)
    turn(theme.DARK)
    turned = drawn_colours(window)
    window.close()
    anew = factory()
    show_in_little_room(anew)
    of_before = set(dataclasses.astuple(theme.LIGHT)) - set(dataclasses.astuple(theme.DARK))
    assert (turned - drawn_colours(anew)) & of_before == set()


def test_the_stars_follow_too(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    card = RatingCard()
    card.ask(wanted=True)
    card.show()
    for tones in (theme.LIGHT, theme.DARK):
        monkeypatch.setattr(theme, "tones", lambda tones=tones: tones)
        theme._dress(qapp)
        drawn = theme.icon("ph.star", tones.accent).pixmap(24, 24).toImage()
        assert card.stars[0].icon().pixmap(24, 24).toImage() == drawn


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("drawn", "on", "least"), PAIRS)
def test_what_stands_on_a_colour_is_seen_there(drawn: str, on: str, least: float, colours: theme.Tones) -> None:
    assert contrast(getattr(colours, drawn), getattr(colours, on)) >= least


def test_every_dialog_is_drawn_for_those_who_look() -> None:
    assert undrawn("agent") == []
