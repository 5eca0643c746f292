"""Files with messages, through the console's windows and a real relay."""

import hashlib
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from console import downloads
from console.ui.files_dialog import FilesDialog
from protocol import envelope
from protocol.desk.events import Attachment
from protocol.files import MAX_SENT_BYTES
from tests.console.beside_relay import console_and_relay
from tests.relay.desk.test_transfer import fetches, files_of, sends


def _button(dialog: FilesDialog, name: str) -> QPushButton:
    return next(button for button in dialog.findChildren(QPushButton) if button.accessibleName() == name)


def _picture(path: Path) -> bytes:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(0x0F766E)
    assert image.save(str(path))
    return path.read_bytes()


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(downloads, "folder", lambda: tmp_path / "saved")
    return tmp_path / "saved"


def test_a_users_picture_is_shown_and_saved_under_a_harmless_name_only_on_request(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, saved: Path
) -> None:
    picture = _picture(tmp_path / "any.png")
    with console_and_relay(tmp_path, qtbot, qapp) as (desk, relay):
        eva = relay.play(relay.relay.agent())
        number = relay.play(eva.asks_for_help()).ticket.number
        relay.play(sends(eva, number, picture, name="../.screen.png", text="Look!"))
        desk.open(number)
        desk.until(lambda: "Look!" in desk.history())
        timeline = desk.window.ticket.timeline
        timeline.activated.emit(timeline.model().index(timeline.model().rowCount() - 1, 0))
        dialog = desk.dialog(FilesDialog)
        shown = next(label for label in dialog.findChildren(QLabel) if label.accessibleName().startswith("Preview of "))
        desk.until(shown.isVisible)
        assert (shown.pixmap().width(), shown.pixmap().height()) == (40, 30)
        assert not saved.exists()
        _button(dialog, "Save: .screen.png").click()
        desk.until(saved.exists)
        (path,) = saved.iterdir()
        assert (path.name, path.read_bytes()) == ("screen.png", picture)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        dialog.close()


def test_files_go_along_with_a_message_and_too_large_a_one_is_refused_in_one_sentence(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    one, two, large = tmp_path / "one.log", tmp_path / "two.log", tmp_path / "large.iso"
    one.write_bytes(os.urandom(100_000))
    two.write_bytes(b"")
    large.touch()
    os.truncate(large, MAX_SENT_BYTES + 1)
    with console_and_relay(tmp_path, qtbot, qapp) as (desk, relay):
        eva = relay.play(relay.relay.agent())
        number = relay.play(eva.asks_for_help()).ticket.number
        desk.open(number)
        composer = desk.window.ticket.composer
        composer.field.setPlainText("Please run this.")
        composer.add_files(number, [large, one, two])
        composer.send.click()
        assert desk.window.notice.sentence == "large.iso is larger than 10 MB and cannot be sent here."
        assert composer.field.text == "Please run this."
        drop = next(b for b in composer.findChildren(QPushButton) if b.accessibleName() == "Leave out large.iso")
        drop.click()
        composer.send.click()
        desk.until(lambda: "two.log" in desk.history() and composer.send.isEnabled())
        assert composer.field.text == ""
        read: Any = relay.play(eva.ask(envelope.ReadTicket, number))
        sent = files_of(read)
        assert [file.name for file in sent] == ["one.log", "two.log"]
        assert relay.play(fetches(eva, number, sent[0].sha256)) == one.read_bytes()
        assert desk.history().count("Please run this.") == 1


def test_what_is_saved_overwrites_nothing_and_follows_no_link(tmp_path: Path) -> None:
    first = downloads.save("a/b/report.pdf", b"1", tmp_path)
    (tmp_path / "report (2).pdf").symlink_to(tmp_path / "elsewhere")
    third = downloads.save("report.pdf", b"3", tmp_path)
    assert (first.name, third.name) == ("report.pdf", "report (3).pdf")
    assert first.read_bytes() == b"1"
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_is_not_what_its_hash_says_is_neither_shown_nor_saved(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, saved: Path
) -> None:
    with console_and_relay(tmp_path, qtbot, qapp) as (desk, relay):
        eva = relay.play(relay.relay.agent())
        number = relay.play(eva.asks_for_help()).ticket.number
        (file,) = files_of(relay.play(sends(eva, number, b"harmless", name="note.txt")))
        kept = tmp_path / "relay" / "files" / file.sha256[:2] / file.sha256
        kept.chmod(0o600)
        kept.write_bytes(b"harmfull")
        desk.open(number)
        desk.window.ticket.timeline.files_wanted.emit(
            (file, Attachment("gone", "", 1, hashlib.sha256(b"").hexdigest()))
        )
        dialog = desk.dialog(FilesDialog)
        _button(dialog, "Save: note.txt").click()
        said = "The file cannot be used: it is not what was sent."
        desk.until(lambda: said in [label.text() for label in dialog.findChildren(QLabel)])
        _button(dialog, "Save: gone").click()
        said = "There is no such file with this ticket."
        desk.until(lambda: said in [label.text() for label in dialog.findChildren(QLabel)])
        assert not saved.exists()
        dialog.close()
