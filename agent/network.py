"""Tells when this computer has a network again, so that nobody waits for the next try by the clock. Qt's main thread.

Guarantees nothing: where the system says nothing about its network, the line comes back by itself, a little later.
"""

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation

_GOOD_ENOUGH = {
    QNetworkInformation.Reachability.Local,
    QNetworkInformation.Reachability.Site,
    QNetworkInformation.Reachability.Online,
}
"""The help desk may well be in the same house."""


class NetworkWatch(QObject):
    """Signals: `came_back()`, also when one network took another's place."""

    came_back = Signal()

    def __init__(self) -> None:
        super().__init__()
        QNetworkInformation.loadBackendByFeatures(QNetworkInformation.Feature.Reachability)
        information = QNetworkInformation.instance()
        if information is not None:
            information.reachabilityChanged.connect(self._changed)

    def _changed(self, reachability: QNetworkInformation.Reachability) -> None:
        if reachability in _GOOD_ENOUGH:
            self.came_back.emit()
