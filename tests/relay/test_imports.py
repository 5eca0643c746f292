"""What the relay must not be able to reach: it carries sessions and may not hold the code that opens them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FORBIDDEN = ("protocol.tunnel", "protocol.session", "OpenSSL", "agent", "console", "PySide6", "numpy", "zstandard")
LOOK = """
import importlib, pkgutil, sys
import relay
for module in pkgutil.walk_packages(relay.__path__, "relay."):
    if not module.name.endswith("migrations.env"):  # runs inside Alembic only
        importlib.import_module(module.name)
print("\\n".join(sys.modules))
"""


def loaded(code: str) -> set[str]:
    outcome = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(outcome.stdout.split())


def test_the_relay_cannot_reach_the_tunnel_or_what_runs_inside_it() -> None:
    modules = loaded(LOOK)
    assert "relay.server" in modules
    assert "relay.sockets.session" in modules
    reached = {name for name in modules for forbidden in FORBIDDEN if f"{name}.".startswith(f"{forbidden}.")}
    assert reached == set()


def test_this_check_sees_a_tunnel_that_is_reached() -> None:
    assert "protocol.tunnel" in loaded("import protocol.tunnel\n" + LOOK)
