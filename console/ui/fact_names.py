"""What the facts of a ticket are called, and one width for all these names, so that the facts stand below each other.

Main thread; distrusts nothing.
"""

from PySide6.QtWidgets import QGridLayout, QWidget

from console.language import _, mark
from console.ui import theme
from protocol.desk.terms import SummaryTopic

TOPICS = {
    SummaryTopic.ASKED: mark("Asked"),
    SummaryTopic.URGENCY: mark("Priority"),
    SummaryTopic.HANDLER: mark("Owner"),
    SummaryTopic.DONE: mark("Worked"),
    SummaryTopic.OPEN_QUESTION: mark("Open question"),
    SummaryTopic.WAITING: mark("Waits for"),
    SummaryTopic.SOLUTION: mark("Solution"),
    SummaryTopic.VERDICT: mark("Verdict"),
    SummaryTopic.NEXT_STEP: mark("Next step"),
    SummaryTopic.ESTIMATE: mark("Solved by"),
}
"""Of the short version."""

REQUESTER = mark("Requester")
MAIL = mark("Mail")
PHONE = mark("Phone")
CUSTOMER = mark("Customer")
CONTRACT = mark("Contract")
HOURS = mark("Hours")
CONTACT = mark("Contact")
DEPUTY = mark("Deputy")
MACHINES = mark("Machines")
OTHERS = mark("Other tickets")
PEOPLE = (REQUESTER, MAIL, PHONE, CUSTOMER, CONTRACT, HOURS, CONTACT, DEPUTY, MACHINES, OTHERS)
"""Of everybody around the ticket."""


def make_grid(parent: QWidget) -> QGridLayout:
    """Names and facts; the names' column is as wide in each of a ticket's grids.

    It is so whatever stands in them, so that nothing moves when the relay answers.
    Only a computer's own names may be wider.
    """
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(2 * theme.GRID)
    grid.setVerticalSpacing(theme.GRID // 4)
    metrics = parent.fontMetrics()
    grid.setColumnMinimumWidth(0, max(metrics.horizontalAdvance(_(name)) for name in (*TOPICS.values(), *PEOPLE)))
    grid.setColumnStretch(1, 1)
    return grid
