"""One console for each state directory: the second start tells the first to show itself, and ends. Qt's main thread.

Guarantees: whoever holds the lock is the only one; a lock left by a crash is taken over (Qt checks the process).
Distrusts whoever connects: all it can do is bring up the window.
"""

from pathlib import Path

import structlog
from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from console.errors import StateDamaged

_WAIT_MS = 2000

_log = structlog.get_logger()


class Single(QObject):
    """Signals: `asked_to_show()` when another one was started."""

    asked_to_show = Signal()

    def __init__(self, state: Path) -> None:
        """`state` decides what counts as one. Raises StateDamaged if it cannot be made."""
        super().__init__()
        try:
            state.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StateDamaged(f"Nothing can be kept in {state}: {error.strerror}.") from error
        self._state = state
        self._lock = QLockFile(str(state / "console.lock"))
        self._lock.setStaleLockTime(0)
        self._name = str(state.resolve() / "console.socket")  # where nobody else can put one
        self._server: QLocalServer | None = None

    def take(self) -> bool:
        """Whether this is the only one; if not, the other one was told to show itself. Raises StateDamaged."""
        if not self._lock.tryLock(0):
            if self._lock.error() is not QLockFile.LockError.LockFailedError:
                raise StateDamaged(f"Nothing can be kept in {self._state}.")
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
            _log.warning("second_start_not_heard", why=self._server.errorString())
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
