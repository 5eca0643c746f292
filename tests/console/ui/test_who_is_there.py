"""Whose picture may be changed from Who is there, and that a face comes into its row when it is here."""

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from console import language
from console.ui.faces import SMALL, Faces
from console.ui.staff_page import StaffDialog
from protocol.envelope import Colleague, Forecasts, StaffList
from tests import portraits
from tests.console.made_up import COLLEAGUES, TINA_FACE

LISTED = StaffList(0, COLLEAGUES, 0, 0, Forecasts(120, 22.5, 19.8, 7.4))


def dialog(qtbot: QtBot, me: str, faces: Faces) -> StaffDialog:
    language.choose("en")
    made = StaffDialog(None, me, faces)
    qtbot.addWidget(made)
    made.show_list(LISTED)
    return made


@pytest.mark.parametrize(
    ("me", "row", "whose"),
    [("tina", -1, "tina"), ("tina", 1, "petr"), ("ola", -1, "ola"), ("ola", 2, "ola"), ("ola", 0, ""), ("x", -1, "")],
)
def test_a_lead_changes_everybodys_others_their_own_and_nobodys_without_a_profile(
    me: str, row: int, whose: str, qtbot: QtBot
) -> None:
    made = dialog(qtbot, me, Faces())
    wanted: list[Colleague] = []
    made.picture.connect(wanted.append)
    if row >= 0:
        made._table.selectRow(row)
    assert made._picture.isEnabled() == bool(whose)
    made._picture.click()
    assert [one.profile.identifier for one in wanted] == ([whose] if whose else [])


def _icon(made: StaffDialog) -> QImage:
    item = made._table.item(0, 0)
    assert item is not None
    return item.icon().pixmap(SMALL, SMALL).toImage()


def test_a_face_comes_into_its_row_when_it_is_here(qtbot: QtBot) -> None:
    faces = Faces()
    asked: list[str] = []
    faces.wanted.connect(asked.append)
    made = dialog(qtbot, "tina", faces)
    before = _icon(made)
    assert asked == [TINA_FACE]
    faces.take(TINA_FACE, portraits.kept(portraits.TINA))
    assert _icon(made) != before


def test_one_whose_answer_was_lost_with_the_line_is_asked_for_again(qtbot: QtBot) -> None:
    faces = Faces()
    asked: list[str] = []
    faces.wanted.connect(asked.append)
    dialog(qtbot, "tina", faces)
    faces.ask_again()
    faces.take(TINA_FACE, portraits.kept(portraits.TINA))
    faces.ask_again()
    assert asked == [TINA_FACE, TINA_FACE]
