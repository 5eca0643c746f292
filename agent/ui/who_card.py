"""Who helps, with name, title and phone (P14): the relay's word, which only a consent question vouches for."""

from PySide6.QtWidgets import QWidget

from agent.ui import plain
from agent.ui.faces import Face, Faces
from agent.ui.parts import Card, Text, column, empty, row
from agent.ui.theme import GRID
from agent.words import _
from protocol.desk.events import Staff


class WhoCard(Card):
    """Hidden while nobody is known to help."""

    def __init__(self, faces: Faces) -> None:
        super().__init__()
        self._faces = faces

    def show_staff(self, staff: Staff | None, face: str = "", *, over: bool = False) -> None:
        """Shows who it is, or was, once it is over, with the picture of this hash."""
        empty(self.rows)
        self.setVisible(staff is not None)
        if staff is None:
            return
        name, title, phone = (plain.one_line(part) for part in (staff.name, staff.title, staff.phone))
        said = Text(_("According to the help desk:"), tone="muted", size="small")
        sentence = _("{name} helped you") if over else _("{name} helps you")
        helps = Text(sentence.format(name=name), size="strong")
        line = row(Face(name, face, self._faces), spacing=2 * GRID)
        line.addLayout(column(said, helps, Text(title), Text(phone), spacing=0), 1)
        inside = QWidget()
        inside.setLayout(line)
        self.rows.addWidget(inside)
        helps_you = sentence.format(name=f"{name}, {title}, {phone}")
        self.setAccessibleName(_("According to the help desk:") + " " + helps_you)
