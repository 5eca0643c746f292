"""However a session ends, nothing of it stays on the user's screen but one sentence that says so."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from agent import messages
from agent.ui.banner import Banner
from agent.ui.quit_dialog import QuitDialog
from protocol.desk.events import EndReason
from protocol.scopes import Scope
from tests.agent.desk import HelpedDesk, desk_and_relay

WHO = messages.TechnicianShown("Jana Nováková", "Support engineer", "+420 123 456", "The Firm")
SESSION = "c" * 32


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[HelpedDesk]:
    with desk_and_relay(tmp_path, qtbot) as (desk, _relay):
        yield desk


def running(*, interrupted: bool = False) -> messages.SessionRunning:
    until = datetime.now(UTC) + timedelta(minutes=12)
    return messages.SessionRunning(
        SESSION, WHO, frozenset({Scope.SEE, Scope.CONTROL}), until, None, interrupted=interrupted
    )


def shown(kind: type) -> list[object]:
    return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, kind) and widget.isVisible()]


def test_after_whatever_end_one_sentence_is_left_and_the_tray_shares_nothing(desk: HelpedDesk) -> None:
    sharing, tray = desk.agent.sharing, desk.agent.tray
    for interrupted in (False, True):
        for reason in EndReason:
            sharing.take(running(interrupted=interrupted))
            sharing._ask_for_more_time()
            sharing.take(messages.SessionClosed(SESSION, reason, WHO, True))
            assert (sharing.session, sharing.dialog, sharing.longer, sharing.looking) == (None, None, None, "")
            (banner,) = (banner for banner in shown(Banner) if isinstance(banner, Banner))
            assert banner.who.text() == "Nobody sees your screen any more"
            assert banner.what.text().endswith("Jana Nováková can no longer see your screen.")
            assert [button.isVisible() for button in (banner.stop, banner.view_only, banner.longer)] == [False] * 3
            banner.seen.click()
            assert shown(Banner) == []
            assert not tray.stop_action.isVisible()


def test_the_question_whether_to_quit_speaks_of_no_session_that_is_over(desk: HelpedDesk) -> None:
    desk.agent._happened.emit(running())
    desk.until(lambda: bool(shown(Banner)))
    desk.agent.tray.quit_wanted.emit()
    (question,) = shown(QuitDialog)
    assert isinstance(question, QuitDialog)
    assert question.open_now.looking == "Jana Nováková"
    desk.agent._happened.emit(messages.SessionClosed(SESSION, EndReason.HOT_KEY, WHO, True))
    desk.until(lambda: shown(QuitDialog) == [])
    assert desk.agent._quitting is None
