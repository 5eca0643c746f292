"""Everybody around a ticket: requester, customer, contact and deputy, machines, other tickets. Main thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from console.language import _
from console.ui import fact_names, theme, words
from console.ui.faces import Face, Faces
from console.ui.fact_names import make_grid
from protocol.desk.states import TicketState
from protocol.desk.terms import Staff
from protocol.envelope import People

_LINE = 2 * theme.GRID + theme.GRID // 4
"""A face no higher than the line it stands on."""
SHOWN_OTHERS = 6
"""More would push the problem off the screen; the queue's filter finds the rest."""


class PeopleCard(QWidget):
    """What the desk knows of who asks; plain text, whoever wrote it.

    Signals:
        opened: number of another ticket that was chosen.

    Attributes:
        faces: pictures of whoever is named here; other windows share them.
    """

    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("People and machines"))
        self._shown: tuple[People, str] | None = None
        self.faces = Faces(self)
        self._facts = make_grid(self)
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

    def show_people(self, people: People, requester: str = "") -> None:
        """What the relay says; the same again moves nothing.

        Args:
            people: everybody around the ticket.
            requester: the name that the ticket itself bears; whoever is not in the register has no other.
        """
        if self._shown == (people, requester):
            return
        self._shown = people, requester
        self._empty()
        for row, (name, text, staff) in enumerate(_facts(people, requester)):
            label = QLabel(name)
            label.setProperty("muted", True)
            self._facts.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            value = _value(name, text)
            self._facts.addWidget(value if staff is None else self._with_face(staff, value), row, 1)
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

    def _with_face(self, staff: Staff, value: QWidget) -> QWidget:
        """His picture before what is said of him."""
        shown = self._shown[0].faces if self._shown is not None else ()
        sha256 = next((face.sha256 for face in shown if face.staff == staff.identifier), "")
        cell = QWidget()
        line = QHBoxLayout(cell)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.GRID)
        line.addWidget(Face(words.one_line(staff.name), self.faces, sha256, _LINE), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(value, 1)
        return cell

    def _empty(self) -> None:
        for layout in (self._facts, self._others):
            while (item := layout.takeAt(0)) is not None:
                if (widget := item.widget()) is not None:
                    widget.hide()
                    widget.deleteLater()


def _facts(people: People, requester: str) -> list[tuple[str, str, Staff | None]]:
    """Heading, text, and of whom of the staff it speaks."""
    user = people.user
    facts: list[tuple[str, str, Staff | None]] = []
    if user is not None:
        facts.append((_(fact_names.REQUESTER), words.one_line(user.name), None))
        facts.append((_(fact_names.MAIL), ", ".join(user.mails), None))
        facts.append((_(fact_names.PHONE), ", ".join(user.phones), None))
    else:
        unknown = _("not in the register")
        text = f"{words.one_line(requester)} ({unknown})" if requester.strip() else unknown
        facts.append((_(fact_names.REQUESTER), text, None))
    if people.customer:
        text = " · ".join(part for part in (people.customer, people.contract) if part)
        facts.append((_(fact_names.CUSTOMER), text, None))
    else:  # the desk's own, for whoever has none
        facts.append((_(fact_names.CONTRACT), people.contract, None))
    if people.hours:
        open_now = _("open now") if people.open_now else _("closed now")
        facts.append((_(fact_names.HOURS), f"{people.hours}, {open_now}", None))
    facts.append((_(fact_names.CONTACT), _person(people.contact, people.away), people.contact))
    facts.append((_(fact_names.DEPUTY), _person(people.deputy, people.away), people.deputy))
    machines = [
        words.one_line(machine.label) + ("" if machine.online else " " + _("(not reachable)"))
        for machine in people.machines
    ]
    facts.append((_(fact_names.MACHINES), ", ".join(machines), None))
    if people.others:
        facts.append((_(fact_names.OTHERS), str(len(people.others)), None))
    return [fact for fact in facts if fact[1]]


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
