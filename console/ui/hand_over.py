"""Handing a ticket over with its card, being away, and complaints (promises 2, 3, 13, 40). Main thread."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QComboBox, QLineEdit, QSizePolicy, QWidget

from console.language import _
from console.ui import theme, words
from console.ui.dialogs import StepField, TextField
from console.ui.faces import Faces, icon
from console.ui.request_dialog import RequestDialog
from console.ui.when import WhenField, next_quarter
from protocol import limits
from protocol.envelope import Colleague, TicketView

_WIDEST = 72 * theme.GRID
"""Of a field of names, in pixels; who has more to him is read in the list below it, and by its tooltip."""


def grow(field: QComboBox) -> None:
    """It takes what room its form has, and grows with what it is filled with later."""
    field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)


class StaffField(QComboBox):
    """Who: with what somebody knows, and how much there is on the desk already."""

    def __init__(self, name: str, tip: str, parent: QWidget, faces: Faces | None = None) -> None:
        super().__init__(parent)
        self._faces = faces or Faces(self)
        self._shown: tuple[Colleague, ...] = ()
        self._faces.came.connect(self._show_faces)
        self._tip = tip
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.currentTextChanged.connect(self._show_whole)
        grow(self)

    def show_staff(self, staff: Sequence[Colleague], chosen: str = "") -> None:
        """The colleagues; whoever is away is said to be."""
        self.clear()
        for colleague in staff:
            profile = colleague.profile
            parts = [profile.name, ", ".join(f"{skill} {level}" for skill, level in profile.skills.items())]
            parts.append(_("{count} open").format(count=colleague.open))
            if colleague.away_until is not None:
                parts.append(_("away until {when}").format(when=words.clock(colleague.away_until)))
            self.addItem(" · ".join(part for part in parts if part), profile.identifier)
        self._shown = tuple(staff)
        self._show_faces()
        self.setMinimumWidth(min(self.sizeHint().width(), _WIDEST))
        list_width = self.view().sizeHintForColumn(0) + 3 * theme.GRID  # with its frame and scroll bar
        self.view().setMinimumWidth(min(list_width, self.screen().availableGeometry().width() // 2))
        self.setCurrentIndex(max(0, self.findData(chosen)))

    def _show_whole(self, text: str) -> None:
        self.setToolTip(f"{text}\n{self._tip}" if text else self._tip)

    def _show_faces(self) -> None:
        for at, colleague in enumerate(self._shown):
            self.setItemIcon(at, icon(words.one_line(colleague.profile.name), self._faces.find(colleague.face)))

    @property
    def identifier(self) -> str:
        """Whose, or empty."""
        return str(self.currentData() or "")


class HandOverDialog(RequestDialog):
    """To whom, and the card: nobody explains a problem twice."""

    def __init__(self, ticket: TicketView, parent: QWidget | None = None, faces: Faces | None = None) -> None:
        super().__init__(
            _("Hand over ticket {number}").format(number=ticket.number),
            _("The user is told who it is. The card saves both of them explaining it again."),
            _("Hand over"),
            parent,
        )
        self._owner = ticket.owner.identifier if ticket.owner else ""
        self._to = StaffField(_("To"), _("Somebody who is there"), self, faces)
        self._skill = QComboBox(self)
        self._skill.setAccessibleName(_("Skill"))
        grow(self._skill)
        self._skill.setToolTip(_("What it needs; to somebody who knows less of it only with a reason"))
        self._tried = TextField(_("Tried"), lines=2, tip=_("What was done so far, and what came of it"), parent=self)
        self._known = TextField(_("Known"), lines=2, tip=_("What whoever takes over has to know"), parent=self)
        self._step = StepField(ticket.next_step, lines=2, parent=self)
        self._reason = QLineEdit(self)
        self._reason.setAccessibleName(_("Reason"))
        self._reason.setToolTip(_("Why it goes to somebody who knows less of it"))
        self._reason.setMaxLength(limits.NOTE_CHARS)
        self.form.addRow(_("&To"), self._to)
        self.form.addRow(_("&Skill"), self._skill)
        self.form.addRow(_("T&ried"), self._tried)
        self.form.addRow(_("&Known"), self._known)
        self.form.addRow(_("&Next step"), self._step)
        self.form.addRow(_("R&eason"), self._reason)
        self._tried.setFocus()

    def show_staff(self, staff: Sequence[Colleague]) -> None:
        """Those who can take it, whoever is there and knows most first."""
        others = [colleague for colleague in staff if colleague.profile.identifier != self._owner]
        others.sort(key=lambda one: (one.away_until is not None, one.open, one.profile.name))
        self._to.show_staff(others)
        skills = sorted({skill for colleague in staff for skill in colleague.profile.skills})
        self._skill.clear()
        self._skill.addItem(_("none in particular"), "")
        for skill in skills:
            self._skill.addItem(skill, skill)

    @property
    def to(self) -> str:
        """Identifier of whoever has it then."""
        return self._to.identifier

    @property
    def skill(self) -> str:
        """What it needs, or empty."""
        return str(self._skill.currentData() or "")

    @property
    def card(self) -> tuple[str, str, str]:
        """Tried, known, next step."""
        return self._tried.text, self._known.text, self._step.step

    @property
    def reason(self) -> str:
        """Or empty."""
        return self._reason.text().strip()

    def what_is_missing(self) -> str:
        """See RequestDialog."""
        if not self.to:
            return _("There is nobody to hand it to.")
        return "" if all(self.card) else _("Please write what was tried, what is known, and the next step.")


class AbsenceDialog(RequestDialog):
    """From when to when somebody is away; what is open moves to others."""

    def __init__(self, staff: Sequence[Colleague], me: str, parent: QWidget | None = None) -> None:
        super().__init__(
            _("Absence"),
            _("Every open ticket goes to the contact or deputy who is there, else to whoever knows most."),
            _("Set absence"),
            parent,
        )
        self._who = StaffField(_("Who"), _("Who is away"), self)
        self._who.show_staff(staff, me)
        now = datetime.now(UTC)
        self._begin = WhenField(_("From"), _("From now on, or a day ahead"), now, self)
        self._end = WhenField(_("Until"), _("When he is back"), next_quarter(timedelta(days=1)), self)
        self._reason = QLineEdit(self)
        self._reason.setAccessibleName(_("Reason"))
        self._reason.setToolTip(_("Stands on the card of each ticket; may stay empty"))
        self._reason.setMaxLength(limits.NOTE_CHARS)
        self.form.addRow(_("&Who"), self._who)
        self.form.addRow(_("&From"), self._begin)
        self.form.addRow(_("&Until"), self._end)
        self.form.addRow(_("R&eason"), self._reason)

    @property
    def who(self) -> str:
        """Identifier."""
        return self._who.identifier

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Aware UTC."""
        return self._begin.moment, self._end.moment

    @property
    def reason(self) -> str:
        """Or empty."""
        return self._reason.text().strip()

    def what_is_missing(self) -> str:
        """See RequestDialog."""
        begin, end = self.span
        if not self.who:
            return _("Nobody of the staff is known yet; ask your administrator.")
        return "" if begin < end else _("An absence ends after it begins.")


class TextDialog(RequestDialog):
    """One text: a complaint, or why an offer is left to others."""

    def __init__(self, title: str, lead: str, field: str, button: str, parent: QWidget | None = None) -> None:
        super().__init__(title, lead, button, parent)
        self._missing = _("Please write a few words.")
        self._field = TextField(field, lines=4, tip=lead, parent=self)
        self.form.addRow(self._field)
        self._field.setFocus()

    @property
    def text(self) -> str:
        """What was written."""
        return self._field.text

    def what_is_missing(self) -> str:
        """See RequestDialog."""
        return "" if self.text else self._missing
