"""On a real X server, in a process of its own: says which monitor each of Qt's screens is."""

from PySide6.QtGui import QGuiApplication

from agent.ui.screens import here


def main() -> None:
    app = QGuiApplication([])
    for screen in app.screens():
        found = here(screen)
        print(*(("-", 0) if found is None else (found.name, found.others)), flush=True)


if __name__ == "__main__":
    main()
