"""A field for an instant, in local time. Main thread."""

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QDateTime, QLocale
from PySide6.QtWidgets import QDateTimeEdit, QWidget

from console.language import _, chosen

_QUARTER = timedelta(minutes=15)


class WhenField(QDateTimeEdit):
    """Day and time with a calendar to choose from; begins at `moment`."""

    def __init__(self, name: str, tip: str, moment: datetime, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setCalendarPopup(True)
        self.setLocale(QLocale(chosen()))
        self.setDisplayFormat(_("ddd d MMM yyyy HH:mm"))
        self.set_moment(moment)

    def set_moment(self, moment: datetime) -> None:
        """Shows an aware instant."""
        self.setDateTime(QDateTime.fromSecsSinceEpoch(int(moment.timestamp())))

    @property
    def moment(self) -> datetime:
        """Aware UTC."""
        return datetime.fromtimestamp(self.dateTime().toSecsSinceEpoch(), UTC)


def next_quarter(after: timedelta) -> datetime:
    """The first quarter of an hour that begins later than a while from now."""
    moment = datetime.now(UTC) + after + _QUARTER
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
