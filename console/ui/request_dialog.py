"""What all small dialogs have in common: they stay open, with what was typed, until it was done. Main thread."""

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLabel, QLayout, QPushButton, QVBoxLayout, QWidget

from console.language import _
from console.ui import shortcuts, theme, words
from console.ui.notice import NoticeBar


class RequestDialog(QDialog):
    """A form with one button that asks the relay for something.

    Signals:
        submitted: the form was filled in; answer with `succeed` or `fail`.

    Attributes:
        form: where the fields go.
    """

    submitted = Signal()

    def __init__(self, title: str, lead: str, button: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._by_button = False
        self._notice = NoticeBar(self)
        self._lead = QLabel(lead, self)
        self._lead.setTextFormat(Qt.TextFormat.PlainText)
        self._lead.setWordWrap(True)
        self._lead.setVisible(bool(lead))
        self.form = QFormLayout()
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self.form.setVerticalSpacing(theme.GRID)
        self.form.setHorizontalSpacing(2 * theme.GRID)
        self._go = QPushButton(button, self)
        self._go.setProperty("primary", True)
        self._go.setDefault(True)
        self._go.setAccessibleName(button)
        self._go.clicked.connect(self._submit)
        self._cancel = QPushButton(_("Cancel"), self)
        self._cancel.setAccessibleName(_("Cancel"))
        self._cancel.setToolTip(_("Leave everything as it is (Esc)"))
        self._cancel.setAutoDefault(False)
        self._cancel.clicked.connect(self.reject)
        send = QShortcut(QKeySequence(shortcuts.SEND.keys), self)
        send.activated.connect(self._submit)
        self._go.setToolTip(f"{button} ({words.keys(shortcuts.SEND)})")
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._go)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID)
        column.setSpacing(2 * theme.GRID)
        column.addStrut(52 * theme.GRID)  # a least width of the window's own would keep it from growing with a field
        column.addWidget(self._notice)
        column.addWidget(self._lead)
        column.addLayout(self.form)
        column.addStretch(1)
        column.addLayout(buttons)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Tab goes through the fields as they stand, then to the buttons; the first field has the keyboard."""
        fields = self._fields()
        for one, following in pairwise((*fields, self._cancel, self._go)):
            self.setTabOrder(one, following)
        first = next((field for field in fields if field.isEnabled()), None)
        if first is not None and self.focusWidget() in (None, self._go, self._cancel):
            first.setFocus(Qt.FocusReason.TabFocusReason)
        self._widen_names()
        super().showEvent(event)

    def _widen_names(self) -> None:
        """Qt draws an underlined letter, and what is beside it, each by itself, but reckons them closer together."""
        for row in range(self.form.rowCount()):
            item = self.form.itemAt(row, QFormLayout.ItemRole.LabelRole)
            if item is not None and isinstance(name := item.widget(), QLabel):
                before, _mark, after = name.text().partition("&")
                parts = (before, after[:1], after[1:])
                name.setMinimumWidth(sum(name.fontMetrics().horizontalAdvance(part) for part in parts))

    def succeed(self) -> None:
        """The relay did it."""
        self.accept()

    def fail(self, sentence: str) -> None:
        """It was not done; what was typed stays."""
        self._go.setEnabled(True)
        if self._by_button:
            self._go.setFocus()
        self._say(sentence)

    def what_is_missing(self) -> str:
        """A sentence about a field that has to be filled in, or ""."""
        return ""

    def _fields(self) -> list[QWidget]:
        """What takes the keyboard, in the order of the rows."""
        return [one for one in _widgets(self.form) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]

    def _say(self, sentence: str) -> None:
        """The window grows by it: Qt's least height of a column knows nothing of lines that are wrapped."""
        self._notice.say(sentence)
        if (column := self.layout()) is not None:
            column.activate()
            self.resize(self.width(), max(self.height(), column.heightForWidth(self.width())))

    def _submit(self) -> None:
        if not self._go.isEnabled():
            return
        if missing := self.what_is_missing():
            self._say(missing)
            return
        self._notice.say("")
        self._by_button = self._go.hasFocus()  # a button that is disabled loses it
        self._go.setEnabled(False)
        self.submitted.emit()


def _widgets(layout: QLayout) -> Iterator[QWidget]:
    for at in range(layout.count()):
        item = layout.itemAt(at)
        if item is None:
            continue
        if (widget := item.widget()) is not None:
            yield widget
        elif (inner := item.layout()) is not None:
            yield from _widgets(inner)
