"""Everybody around a ticket: requester, customer, contact and deputy, machines, other tickets. Main thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from console.language import _
from console.ui import theme, words
from protocol.desk.states import TicketState
from protocol.desk.terms import Staff
from protocol.envelope import People

SHOWN_OTHERS = 6
"""More would push the problem off the screen; the queue's filter finds the rest."""


class PeopleCard(QWidget):
    """What the desk knows of who asks; plain text, whoever wrote it.

    Signals:
        opened: number of another ticket that was chosen.
    """

    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("People and machines"))
        self._shown: People | None = None
        self._facts = QGridLayout()
        self._facts.setContentsMargins(0, 0, 0, 0)
        self._facts.setHorizontalSpacing(2 * theme.GRID)
        self._facts.setVerticalSpacing(theme.GRID // 4)
        self._facts.setColumnStretch(1, 1)
        self._others = QVBoxLayout()
        self._others.setContentsMargins(0, 0, 0, 0)
        self._others.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addLayout(self._facts)
        column.addLayout(self._others)
        self.hide()

    def clear(self) -> None:
        """Nothing is known yet."""
        self._shown = None
        self._empty()
        self.hide()

    def show_people(self, people: People) -> None:
        """What the relay says; the same again moves nothing."""
        if self._shown is not None and self._shown == people:
            return
        self._shown = people
        self._empty()
        for row, (name, text) in enumerate(_facts(people)):
            label = QLabel(name)
            label.setProperty("muted", True)
            self._facts.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(_value(name, text), row, 1)
        for other in people.others[:SHOWN_OTHERS]:
            state = _(words.STATES[TicketState(other.state)])
            title = words.one_line(other.title)
            button = QPushButton(f"{other.number} · {title[:60]} · {state} · {words.clock(other.changed_at)}")
            button.setProperty("flat", True)
            button.setStyleSheet("text-align: left;")
            button.setAccessibleName(
                _("Ticket {number}: {title}, {state}").format(number=other.number, title=title, state=state)
            )
            button.setToolTip(_("Open this ticket"))
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _checked=False, number=other.number: self.opened.emit(number))
            self._others.addWidget(button)
        self.show()

    def _empty(self) -> None:
        for layout in (self._facts, self._others):
            while (item := layout.takeAt(0)) is not None:
                if (widget := item.widget()) is not None:
                    widget.hide()
                    widget.deleteLater()


def _facts(people: People) -> list[tuple[str, str]]:
    user = people.user
    facts = []
    if user is not None:
        facts.append((_("Requester"), words.one_line(user.name)))
        facts.append((_("Mail"), ", ".join(user.mails)))
        facts.append((_("Phone"), ", ".join(user.phones)))
    else:
        facts.append((_("Requester"), _("not in the register")))
    if people.customer or people.contract:
        facts.append((_("Customer"), " · ".join(part for part in (people.customer, people.contract) if part)))
    if people.hours:
        open_now = _("open now") if people.open_now else _("closed now")
        facts.append((_("Hours"), f"{people.hours}, {open_now}"))
    facts.append((_("Contact"), _person(people.contact, people.away)))
    facts.append((_("Deputy"), _person(people.deputy, people.away)))
    machines = [
        words.one_line(machine.label) + ("" if machine.online else " " + _("(not reachable)"))
        for machine in people.machines
    ]
    facts.append((_("Machines"), ", ".join(machines)))
    if people.others:
        facts.append((_("Other tickets"), str(len(people.others))))
    return [(name, text) for name, text in facts if text]


def _person(staff: Staff | None, away: tuple[str, ...]) -> str:
    if staff is None:
        return ""
    text = f"{staff.name}, {staff.phone}"
    return text + " " + _("(away)") if staff.identifier in away else text


def _value(name: str, text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setAccessibleName(f"{name}: {text}")
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label
