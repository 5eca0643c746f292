"""`make demo`, with a display and without."""

import json
import signal
import sys
from pathlib import Path

import psutil
import pytest

from tests.stage.desk import Desk
from tests.stage.host import Host

pytestmark = pytest.mark.e2e


def test_the_demo_without_a_display_leaves_pictures_and_a_report(tmp_path: Path) -> None:
    both = tmp_path / "both.png"
    with Host("demo", logs=tmp_path / "logs") as host:
        options = ["--folder", str(tmp_path / "demo"), "--pace", "0", "--both-sides", str(both)]
        host.run(sys.executable, "-m", "tests.e2e.demo", *options, timeout_s=150)
    report = json.loads((tmp_path / "demo" / "report.json").read_text())
    assert report["ticket"]["number"] == report["tickets_before"] + 1 > 60
    assert report["ticket"]["closed_by_the_requester"]
    assert "Disk" not in report["ticket"]["diagnostics"]
    session = report["session"]
    assert session["start"] < session["end"]
    assert session["minutes"] == pytest.approx(session["seconds"] / 60, abs=0.01)  # both are rounded
    assert 0 < report["first_picture_ms"] < 5000
    for figures in report["click_to_picture_ms"].values():
        assert 0 < figures["p50"] <= figures["p95"] < 2000
    assert "The history holds" in report["verified"]
    assert (tmp_path / "demo" / report["monthly_report"]).read_bytes().startswith(b"%PDF")
    pictures = [tmp_path / "demo" / name for name in report["pages"]]
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)
    pictures = [tmp_path / "demo" / name for step in report["steps"] for name in step["pictures"]]
    assert len(pictures) == 2 * len(report["steps"]) >= 30
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in [*pictures, both])


def test_the_demo_on_a_display_opens_the_real_programs_and_ends_with_ctrl_c(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    demo = desk.python("-m", "tests.e2e.demo", "--folder", str(folder))
    demo.wait_log("Press Ctrl+C here", timeout_s=60)
    desk.display.tray_icon("athand", timeout_s=30)
    desk.display.window_bounds("athand console")
    demo.signal(signal.SIGINT)
    assert demo.wait(30) == 0, demo.read_log()
    report = json.loads((folder / "report.json").read_text())
    assert "Tina Tech, Support Engineer, +49 30 1234567" in report["staff"]
    assert "The history holds" in report["verified"]
    assert [step["who"] for step in report["steps"]] == ["admin", "admin", "admin", "person"]
    left = [process.info["cmdline"] for process in psutil.process_iter(["cmdline"])]
    assert not any(str(folder) in " ".join(line or ()) for line in left), "agent, console or relay outlived the demo"
