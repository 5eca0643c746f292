"""A banner on a real X server, in a process of its own: tells its windows' numbers, and when it is lost."""

import sys
from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QApplication

from agent.messages import SessionRunning, TechnicianShown
from agent.ui import theme
from agent.ui.banners import Banners
from protocol.scopes import Scope


def main() -> None:
    app = QApplication([])
    theme.put_on(app)
    banners = Banners()
    session = SessionRunning(
        "c" * 32,
        TechnicianShown("Jana Nováková", "Support engineer", "+420 1", "Example GmbH"),
        frozenset({Scope.SEE, Scope.CONTROL}),
        datetime.now(UTC) + timedelta(minutes=10),
        "ctrl+alt+End",
    )
    banners.lost.connect(lambda: (print("lost", flush=True), app.quit()))
    banners.windows_changed.connect(lambda windows: print(*sorted(windows), flush=True))
    banners.show_session(session)
    sys.exit(app.exec())


if __name__ == "__main__":
    main()
