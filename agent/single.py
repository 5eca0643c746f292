"""One agent for each user: the second start tells the first to show itself, and ends. Qt's main thread.

Guarantees: whoever holds the lock is the only one; a lock left by a crash is taken over (Qt checks the process).
Distrusts whoever connects: all it can do is bring up the window.
"""

import structlog
from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from agent.place import Place

_WAIT_MS = 2000

_log = structlog.get_logger()


class Single(QObject):
    """Signals: `asked_to_show()` when another one was started."""

    asked_to_show = Signal()

    def __init__(self, place: Place) -> None:
        """`place` decides what counts as one."""
        super().__init__()
        self._lock = QLockFile(str(place.directory / "agent.lock"))
        self._lock.setStaleLockTime(0)
        self._name = str(place.directory.resolve() / "agent.socket")  # where nobody else can put one
        self._server: QLocalServer | None = None

    def take(self) -> bool:
        """Whether this is the only one; if not, the other one was told to show itself."""
        if not self._lock.tryLock(0):
            socket = QLocalSocket()
            socket.connectToServer(self._name)
            socket.waitForConnected(_WAIT_MS)
            socket.disconnectFromServer()
            return False
        QLocalServer.removeServer(self._name)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._knocked)
        if not self._server.listen(self._name):
            _log.warning("a second start cannot be heard", why=self._server.errorString())
        return True

    def give_up(self) -> None:
        """Lets another one start."""
        if self._server:
            self._server.close()
        self._lock.unlock()

    def _knocked(self) -> None:
        if self._server and (socket := self._server.nextPendingConnection()):
            socket.disconnectFromServer()
            socket.deleteLater()
            self.asked_to_show.emit()
