"""The pages as an operator starts them: with the relay, behind its proxy."""

import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.relay.process import ENVIRONMENT, PROGRAM, ROOT
from tests.relay.rig import PASSPHRASE, House, scene
from tests.relay.web.visitor import Visitor

pytestmark = pytest.mark.e2e


def start(house: House, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, "--home", str(house.path), "--port", "0", *options],
        cwd=ROOT,
        env=ENVIRONMENT | {"ATHAND_RELAY_PASSPHRASE": PASSPHRASE},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@scene
async def test_both_addresses_come_and_go_with_the_relay_and_know_their_proxy(tmp_path: Path) -> None:
    relay = start(House(tmp_path / "relay"), "--web-port", "0", "--staff-port", "0", "--proxy", "127.0.0.1")
    try:
        assert relay.stdout is not None
        lines = [relay.stdout.readline() for _ in range(3)]
        assert lines[1].startswith("The requesters' page is on 127.0.0.1 port "), lines
        assert lines[2].startswith("The pages for staff are on 127.0.0.1 port "), lines
        for line, status in ((lines[1], 200), (lines[2], 403)):
            visitor = Visitor(int(line.split()[-1]))
            page = await visitor.get("/", **{"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"})
            assert page.status == status
            assert page.headers["Strict-Transport-Security"]
            assert "Strict-Transport-Security" not in (await visitor.get("/")).headers
        relay.send_signal(signal.SIGTERM)
        _, logged = relay.communicate(timeout=30)
        assert relay.returncode == 0
        assert "192.0.2.7" not in logged  # looking at a page is nothing to keep
        assert "Traceback" not in logged
    finally:
        relay.kill()
        relay.communicate()


def test_a_port_that_is_taken_gets_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        relay = start(House(tmp_path / "relay"), "--web-port", str(port))
        _, logged = relay.communicate(timeout=60)
    assert relay.returncode == 2
    (line,) = [line for line in logged.splitlines() if not line.startswith("{")]
    assert line == f"athand-relay: Port {port} on 127.0.0.1, for the web page, is in use already."
