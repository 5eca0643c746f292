"""More time for whoever helps, given by the user of his own accord (P30). Guarantees: only a deliberate hand gives it.

It is a question of consent like any other: while it is on the screen the technician's hands rest, its buttons cannot be
pressed in the first moment, and Escape, closing and Enter leave everything as it was agreed.
"""

import time

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QDialog

from agent.messages import GiveTime, SessionRunning
from agent.ui import plain, theme
from agent.ui.consent_dialog import ALLOW_AFTER_S, KEYS_AFTER_S
from agent.ui.parts import Button, Text, column, row
from agent.ui.theme import GRID
from agent.words import _, language, ngettext
from protocol.scopes import Scope

CHOICES_MIN = (5, 10, 30)
"""A little, somewhat, a good deal; whoever wants more presses again later."""
_WIDTH = 96 * GRID


class LongerDialog(QDialog):
    """For one session. Signals: `given(GiveTime)` at most once; `on_screen(bool)`."""

    given = Signal(object)
    on_screen = Signal(bool)

    def __init__(self, session: SessionRunning) -> None:
        super().__init__()
        self.session = session
        name = plain.one_line(session.technician.name, 60)
        self.setObjectName("window")
        self.setWindowTitle(_("Do you have more time?"))
        self.setWindowIcon(theme.program_icon())
        self.setWindowFlags(Qt.WindowType.Dialog | Qt.WindowType.WindowStaysOnTopHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        everything = "; ".join(plain.scope(scope) for scope in sorted(session.scopes, key=list(Scope).index))
        self._sentences = (
            _("Would you like to give {name} more time?").format(name=name),
            _("{name} may go on as before: {do}.").format(name=name, do=everything),
            _("As agreed so far, it ends by itself: {when}.").format(when=plain.when(session.until)),
        )
        self.choices = {
            minutes: Button(
                ngettext("{count} minute more", "{count} minutes more", minutes).format(count=minutes),
                _("Prolongs it by this much; you can stop it at any moment all the same"),
            )
            for minutes in CHOICES_MIN
        }
        self.no = Button(_("No, leave it"), _("It ends as it was agreed"), kind="flat")
        layout = column(Text(self._sentences[0], size="title"), spacing=2 * GRID)
        for sentence in self._sentences[1:]:
            layout.addWidget(Text(sentence))
        layout.addSpacing(GRID)
        layout.addLayout(row(self.no, 1, *self.choices.values(), spacing=2 * GRID))
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        self.setLayout(layout)
        self._since = time.monotonic()
        self._ready = QTimer(self)
        self._ready.setSingleShot(True)
        self._ready.timeout.connect(self._allow)
        for minutes, button in self.choices.items():
            button.setEnabled(False)
            button.clicked.connect(lambda _checked=False, chosen=minutes: self._give(chosen))
        self.no.clicked.connect(self.reject)
        self.no.setAutoDefault(True)
        self.no.setDefault(True)
        self.no.setFocus()
        for part in (self, self.no, *self.choices.values()):
            part.installEventFilter(self)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """From now on the technician's hands rest; wrapped lines count only once the style is on."""
        super().showEvent(event)
        if (layout := self.layout()) is not None:
            self.setFixedSize(_WIDTH, layout.totalHeightForWidth(_WIDTH))
            self.move(self.screen().availableGeometry().center() - self.rect().center())
        self._since = time.monotonic()
        self._ready.start(int(ALLOW_AFTER_S * 1000))
        self.on_screen.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """They may move again."""
        super().hideEvent(event)
        self.on_screen.emit(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Swallows keys that were typed before anybody can have read it."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            return time.monotonic() - self._since < KEYS_AFTER_S
        return super().eventFilter(watched, event)

    def _allow(self) -> None:
        for button in self.choices.values():
            button.setEnabled(True)

    def _give(self, minutes: int) -> None:
        text = "\n".join((*self._sentences, f"[x] {self.choices[minutes].accessibleName()}"))
        self.given.emit(GiveTime(self.session.session, minutes, text, language()))
        self.accept()
