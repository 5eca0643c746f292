"""What the help desk asks of the user: one thing at a time, in plain words, and never without a way to say "not me"."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QVBoxLayout, QWidget

from agent.letters import Answered, AnsweredPrice, Confirmed, DidSteps
from agent.ui import plain
from agent.ui.parts import Button, Card, Text, column, empty, row, unmarked
from agent.ui.theme import GRID
from agent.ui.to_do import Price, Question, Steps, ToDo, Understood
from agent.words import _, ngettext
from protocol import limits


class AskedCard(Card):
    """Signals: `answered(Answered | Confirmed | DidSteps | AnsweredPrice)`."""

    answered = Signal(object)

    def __init__(self) -> None:
        super().__init__("soft")
        self._shown: ToDo | None = None
        self._on = True
        self.ticks: list[QCheckBox] = []
        self.heading = Text(tone="muted")
        self.text = Text(size="lead")
        self.steps = QVBoxLayout()
        self.answer = QPlainTextEdit()
        self._name(self.answer, _("Your answer"), _("Write it as you would say it"))
        self.answer.setTabChangesFocus(True)
        self.answer.setFixedHeight(8 * GRID)
        self.answer.textChanged.connect(self._check)
        self.yes = Button(_("Send answer"), _("Sends it to whoever asked"), kind="main")
        self.no = Button(_("Not quite"), _("Then we think again"))
        self.yes_by: tuple[str, ...] | None = None
        self.hint = Text(size="small")
        self.warning = Card("warning")
        self.refusal = Text()
        self.warning.rows.addWidget(self.refusal)
        self.yes.clicked.connect(lambda: self._say(yes=True))
        self.no.clicked.connect(lambda: self._say(yes=False))
        self.more = Text(tone="muted", size="small")
        for part in (self.heading, self.text):
            self.rows.addWidget(part)
        self.rows.addLayout(self.steps)
        self.rows.addWidget(self.hint)
        self.rows.addWidget(self.answer)
        self.rows.addWidget(self.warning)
        self.rows.addLayout(row(self.yes, self.no, 1, spacing=2 * GRID))
        self.rows.addWidget(self.more)
        self.hide()

    def show_first(self, waiting: Sequence[ToDo], yes_by: tuple[str, ...] | None = None) -> None:
        """The first of these; the others wait their turn. `yes_by`: who accepts a price, if this user may not."""
        self.setVisible(bool(waiting))
        if not waiting:
            self._shown = None
            return
        others = len(waiting) - 1
        self.more.setText(
            ngettext(
                "After that, there is {count} more thing.", "After that, there are {count} more things.", others
            ).format(count=others)
        )
        self.more.setVisible(bool(others))
        if waiting[0] != self._shown or yes_by != self.yes_by:
            self.yes_by = yes_by
            self._show(waiting[0])

    def put_back(self, text: str) -> None:
        """What could not be sent stands in the field again."""
        self.answer.setPlainText(text)

    def warn(self, sentence: str) -> None:
        """Why the answer was not taken, beside the buttons that gave it; empty: it was."""
        self.refusal.setText(sentence)
        self.warning.setVisible(bool(sentence))

    def allow(self, *, on: bool) -> None:
        """Whether it can be answered just now."""
        self._on = on
        self._check()

    def _show(self, shown: ToDo) -> None:
        self._shown = shown
        self.answer.clear()
        empty(self.steps)
        self.ticks = []
        self.warn("")
        match shown:
            case Question(who=who, text=text):
                self.heading.setText(_("{who} would like to know:").format(who=who))
                self.text.setText(plain.clean(text))
                self._name(self.answer, _("Your answer"), _("Write it as you would say it"))
                _label(self.yes, _("Send answer"), _("Sends it to whoever asked"))
            case Understood(who=who, text=text):
                self.heading.setText(_("{who} understood it like this. Is that right?").format(who=who))
                self.text.setText(plain.clean(text))
                self._name(self.answer, _("What is different?"), _("Goes along with “Not quite”"))
                _label(self.yes, _("Yes, that is right"), _("Then we go on from there"))
                _label(self.no, _("Not quite"), _("Then we think again"))
            case Steps(who=who, steps=steps):
                self.heading.setText(_("{who} asks you to do this, one step after the other:").format(who=who))
                self._show_steps(steps)
                _label(self.yes, _("It is done"), _("Says that you did all of it"))
                _label(self.no, _("Please do it for me"), _("Nobody minds: somebody else does it then"))
            case Price(who=who, text=text, price=price, until=until):
                self.hint.setText(_price_hint(until, self.yes_by))
                self.heading.setText(_("{who} offers this for {price}:").format(who=who, price=price))
                self.text.setText(plain.clean(text))
                self._name(self.answer, _("A word about it"), _("You need not write anything"))
                _label(self.yes, _("Yes, for {price}").format(price=price), _("You agree to the price; it begins then"))
                _label(self.no, _("No, thank you"), _("Nothing is done and nothing is charged"))
        self.text.setVisible(not isinstance(shown, Steps))
        self.answer.setVisible(not isinstance(shown, Steps))
        self.no.setVisible(not isinstance(shown, Question))
        self.hint.setVisible(isinstance(shown, Price))
        self.yes.setVisible(not isinstance(shown, Price) or self.yes_by is None)  # a yes that cannot count is none
        self._check()

    def _show_steps(self, steps: Sequence[str]) -> None:
        lines = column(spacing=GRID)
        for number, step in enumerate(steps, 1):
            words = f"{number}."
            tick = QCheckBox(unmarked(words))
            tick.setAccessibleName(f"{words} {plain.clean(step)}")
            tick.setToolTip(_("Tick it once you have done it"))
            tick.setFixedWidth(7 * GRID)
            self.ticks.append(tick)
            line = row(tick, spacing=GRID)
            line.addWidget(Text(plain.clean(step)), 1)
            lines.addLayout(line)
        inside = QWidget()
        inside.setLayout(lines)
        self.steps.addWidget(inside)

    def _say(self, *, yes: bool) -> None:
        text = self.answer.toPlainText().strip()[: limits.NOTE_CHARS]
        match self._shown:
            case Question(key=key) if text:
                self.answered.emit(Answered(key, text))
            case Understood():
                self.answered.emit(Confirmed(yes, "" if yes else text))
            case Price(key=key):
                self.answered.emit(AnsweredPrice(key, yes, text))
            case Steps(key=key):
                undone = [number for number, tick in enumerate(self.ticks, 1) if not tick.isChecked()]
                self.answered.emit(DidSteps(key, yes, 0 if yes else (undone or [0])[0]))

    def _check(self) -> None:
        asked = isinstance(self._shown, Question)
        said = bool(self.answer.toPlainText().strip())
        self.yes.setEnabled(self._on and (said or not asked))
        self.no.setEnabled(self._on)

    @staticmethod
    def _name(field: QPlainTextEdit, name: str, does: str) -> None:
        field.setAccessibleName(name)
        field.setPlaceholderText(name)
        field.setToolTip(does)


def _price_hint(until: datetime | None, yes_by: tuple[str, ...] | None) -> str:
    """Until when a price holds, and who says yes to it if the user may not (P11)."""
    hint = _("The price holds until: {when}.").format(when=plain.when(until)) if until else ""
    if yes_by is None:
        return hint
    if not yes_by:
        who = _("Nobody in your organisation is named to accept a price yet. Your help desk knows, and sees to it.")
    else:
        names = ", ".join(plain.one_line(name) for name in yes_by)
        who = _("In your organisation this is accepted by: {names}.").format(names=names)
    return f"{who} {hint}".strip()


def _label(button: Button, text: str, does: str) -> None:
    button.setText(unmarked(text))
    button.setAccessibleName(text)
    button.setToolTip(does)
    button.setAccessibleDescription(does)
