"""Widgets on Qt's offscreen platform, dressed as the program is."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from agent import words
from agent.ui import theme


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    words.use("en")
    theme.put_on(qapp)
    yield
    words.use("en")
    for widget in qapp.topLevelWidgets():
        widget.hide()
        widget.deleteLater()
    # At once: each sheet that is put on dresses whatever still lives.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
