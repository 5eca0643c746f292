"""A small program with a tray icon, to try the stage on."""

import sys

from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QSystemTrayIcon,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)


class Sample(QWidget):
    """A window with one of each control."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Sample")
        self.line = QLineEdit()
        self.line.setAccessibleName("What is wrong?")
        self.details = QPlainTextEdit()
        self.memory = QCheckBox("Memory")
        self.memory.setChecked(True)
        self.minutes = QSpinBox()
        self.urgency = QComboBox()
        self.urgency.addItems(["low", "high", "very high"])
        self.people = QListWidget()
        self.people.addItems(["Ada", "Grace"])
        self.queue = QTableWidget(3, 2)
        for row in range(3):
            for column in range(2):
                self.queue.setItem(row, column, QTableWidgetItem(f"cell {row}{column}"))
        self.queue.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.said = QLabel("nothing yet")
        self.hidden = QLabel("a secret")
        self.hidden.hide()
        send = QPushButton("&Send")
        send.clicked.connect(self.send)
        never = QPushButton("Never")
        never.setEnabled(False)
        form = QFormLayout(self)
        form.addRow("W&rong", self.line)
        form.addRow("&Details", self.details)
        form.addRow(self.memory)
        form.addRow("&Minutes", self.minutes)
        form.addRow("&Urgency", self.urgency)
        for widget in (self.people, self.queue, self.said, self.hidden, send, never):
            form.addRow(widget)

    def send(self) -> None:
        """Say what is in all fields."""
        rows = sorted({index.row() for index in self.queue.selectedIndexes()})
        people = [item.text() for item in self.people.selectedItems()]
        self.said.setText(
            f"sent {self.line.text()!r} {self.details.toPlainText()!r} {self.memory.isChecked()} "
            f"{self.minutes.value()} {self.urgency.currentText()} {people} {rows}"
        )


def main() -> int:
    """Show the window and the tray icon."""
    app = QApplication(sys.argv)
    app.setApplicationName("sample")
    app.setQuitOnLastWindowClosed(False)
    window = Sample()
    window.show()
    picture = QPixmap(32, 32)
    picture.fill(QColor("#0f766e"))
    tray = QSystemTrayIcon(QIcon(picture))
    menu = QMenu()
    menu.addAction("Say hello").triggered.connect(lambda: window.said.setText("hello"))
    tray.setContextMenu(menu)
    tray.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
