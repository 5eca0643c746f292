"""Files with messages, through the agent's window and a real relay."""

import os
import stat
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from agent import downloads
from agent.letters import Enclosed, letter
from agent.net.parcels import Parcels
from agent.outbox import Outbox
from agent.place import Place
from protocol import envelope
from protocol.files import MAX_SENT_BYTES
from tests.agent.desk import desk_and_relay, helped
from tests.agent.net.test_clerk import laptop
from tests.relay.desk.test_transfer import fetches, files_of, sends


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(downloads, "folder", lambda: tmp_path / "saved")
    return tmp_path / "saved"


def test_a_picture_and_a_log_go_along_and_too_large_a_one_is_refused_in_one_sentence(
    qtbot: QtBot, tmp_path: Path
) -> None:
    one, two, large = tmp_path / "one.png", tmp_path / "two.log", tmp_path / "large.iso"
    one.write_bytes(os.urandom(100_000))
    two.write_bytes(b"")
    large.touch()
    os.truncate(large, MAX_SENT_BYTES + 1)
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana = relay.play(relay.relay.console("jana"))
        writing = desk.window.request.writing
        writing.message.setPlainText("Like this")
        writing.files.put([large, one, two])
        desk.until(writing.send.isEnabled)
        writing.send.click()
        assert "The file large.iso is larger than 10 MB, which is too much to be sent here." in desk.says()
        assert writing.message.toPlainText() == "Like this"
        button = next(b for b in writing.files.findChildren(QPushButton) if "large.iso" in b.accessibleName())
        button.click()
        writing.send.click()
        desk.until(lambda: "You wrote: Like this" in desk.says() and "You sent a file." in desk.says())
        desk.until(lambda: not desk.window.unsent)
        sent = files_of(relay.play(jana.ask(envelope.ReadTicket, number)))
        assert [file.name for file in sent] == ["one.png", "two.log"]
        assert relay.play(fetches(jana, number, sent[0].sha256)) == one.read_bytes()
        assert list((tmp_path / "agent").glob("file-*")) == []


def test_what_a_technician_sends_is_shown_and_saved_only_on_request(qtbot: QtBot, tmp_path: Path, saved: Path) -> None:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(0x0F766E)
    assert image.save(str(tmp_path / "any.png"))
    picture = (tmp_path / "any.png").read_bytes()
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana = relay.play(relay.relay.console("jana"))
        relay.play(sends(jana, number, picture, name="Where to click.png"))
        desk.until(lambda: "Jana Nováková sent a file." in desk.says())
        history = desk.window.request.history
        button = next(b for b in history.findChildren(QPushButton) if "Where to click.png" in b.accessibleName())
        button.click()
        dialog = desk.agent.viewing.dialog
        assert dialog is not None
        desk.until(dialog.picture.isVisible)
        assert (dialog.picture.pixmap().width(), dialog.picture.pixmap().height()) == (40, 30)
        assert not saved.exists()
        dialog.save.click()
        (path,) = saved.iterdir()
        assert (path.name, path.read_bytes()) == ("Where to click.png", picture)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert dialog.open_it.isVisible()
        dialog.close()


def test_what_could_be_run_is_saved_but_never_opened_from_here(qtbot: QtBot, tmp_path: Path, saved: Path) -> None:
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana = relay.play(relay.relay.console("jana"))
        (file,) = files_of(relay.play(sends(jana, number, b"#!/bin/sh\n", name="fix.desktop")))
        desk.agent.viewing.show_file(number, file)
        dialog = desk.agent.viewing.dialog
        assert dialog is not None
        dialog.save.click()
        desk.until(dialog.where.isVisible)
        (path,) = saved.iterdir()
        assert not path.stat().st_mode & 0o111
        assert not dialog.open_it.isVisible()
        dialog.close()


def test_a_file_chosen_without_a_line_survives_a_restart_and_goes_out_once(qtbot: QtBot, tmp_path: Path) -> None:
    log = tmp_path / "plotter.log"
    log.write_bytes(os.urandom(50_000))
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        number = desk.asks()
        desk.until(lambda: not desk.window.unsent)
        jana = relay.play(relay.relay.console("jana"))
        desk.agent._network.stop(8.0)  # nobody carries it out any more
        place = Place(tmp_path / "agent")
        written = letter(number, Enclosed(log.name, "text/plain", 50_000, "Here it is"))
        Parcels(place, set()).keep(written, log.read_bytes())
        Outbox(place).put_letter(written)
        with helped(tmp_path / "agent", laptop(relay.house, relay.relay.port), qtbot) as again:
            again.connected()
            again.until(lambda: not list((tmp_path / "agent").glob("file-*")))
            (sent,) = files_of(relay.play(jana.ask(envelope.ReadTicket, number)))
            assert (sent.name, sent.size_bytes) == ("plotter.log", 50_000)
