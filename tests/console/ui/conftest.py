"""Widgets on Qt's offscreen platform, dressed as the program is."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLocale
from PySide6.QtWidgets import QApplication

from console import language
from console.ui import theme


@pytest.fixture(autouse=True)
def english(qapp: QApplication) -> Iterator[None]:
    QLocale.setDefault(QLocale(language.choose("en")))
    theme.apply(qapp)
    yield
    language.choose("en")
    for widget in qapp.topLevelWidgets():
        widget.hide()
        widget.deleteLater()
    # At once: each sheet that is put on dresses whatever still lives.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
