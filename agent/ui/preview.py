"""The list of what goes along with a request. Guarantees: `chosen` is what is shown and ticked, to the byte."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from agent.ui.parts import Button, Card, Text, empty, unmarked
from agent.ui.theme import GRID
from agent.words import _
from protocol.diagnostics import DiagnosticField


class Preview(Card):
    """Each field with a tick that can be taken away, in plain words."""

    def __init__(self) -> None:
        super().__init__()
        self._ticks: list[tuple[QCheckBox, DiagnosticField]] = []
        self.setAccessibleName(_("What will be sent"))
        self.rows.addWidget(Text(_("This goes along, and nothing else"), size="strong"))
        self.rows.addWidget(
            Text(
                _("It helps us to help you. Untick whatever you want to keep to yourself."), tone="muted", size="small"
            )
        )
        self._always = QVBoxLayout()
        self._always.setSpacing(GRID // 2)
        self.rows.addLayout(self._always)
        self._list = QGridLayout()
        self._list.setHorizontalSpacing(2 * GRID)
        self._list.setVerticalSpacing(GRID // 2)
        self._list.setColumnStretch(1, 1)
        self._list.setContentsMargins(0, 0, GRID, 0)
        inside = QWidget()
        inside.setObjectName("scrolled")
        self.none = Button(_("Untick all"), _("Sends none of these facts"), kind="link")
        self.none.clicked.connect(self._untick_all)
        below = QVBoxLayout(inside)
        below.setContentsMargins(0, 0, 0, 0)
        below.addLayout(self._list)
        below.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.addWidget(scroll, 1)
        self.rows.addWidget(self.none, 0, Qt.AlignmentFlag.AlignLeft)  # in sight, however long the list is
        self.show_fields(None)

    def show_always(self, facts: list[tuple[str, str]]) -> None:
        """What is sent with every request, as (label, value): without it nobody would know whom to help."""
        empty(self._always)
        for label, value in facts:
            self._always.addWidget(Text(f"{label}: {value}"))

    def show_fields(self, fields: tuple[DiagnosticField, ...] | None) -> None:
        """The facts, all ticked; None while they are being collected."""
        empty(self._list)
        self._ticks = []
        for field in fields or ():
            tick = QCheckBox(unmarked(field.label))
            tick.setChecked(True)
            tick.setAccessibleName(field.label)
            tick.setAccessibleDescription(field.value)
            tick.setToolTip(_("Untick it, and it is not sent"))
            value = Text(field.value, tone="muted")
            value.setBuddy(tick)
            at = len(self._ticks)
            self._list.addWidget(tick, at, 0, Qt.AlignmentFlag.AlignTop)
            self._list.addWidget(value, at, 1, Qt.AlignmentFlag.AlignVCenter)
            self._ticks.append((tick, field))
        if fields is None:
            self._list.addWidget(Text(_("Having a look at this computer …"), tone="muted"), 0, 0, 1, 2)
        self.none.setVisible(bool(fields))

    @property
    def chosen(self) -> tuple[DiagnosticField, ...]:
        """The fields that are still ticked."""
        return tuple(field for tick, field in self._ticks if tick.isChecked())

    def _untick_all(self) -> None:
        for tick, _field in self._ticks:
            tick.setChecked(False)
