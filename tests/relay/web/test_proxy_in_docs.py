"""docs/web.md's proxies lead programs to the relay and people to the page."""

import re
from pathlib import Path

from relay.sockets.door import CONTROL, ENROL, SESSION

WEB = (Path(__file__).parents[3] / "docs" / "web.md").read_text()
SOCKETS = {CONTROL, SESSION, ENROL}


def test_both_proxies_lead_all_of_agents_and_consoles_to_the_relay() -> None:
    nginx = re.search(r"location ~ \^/\(([a-z|]+)\)\$ \{.*?\n    \}", WEB, re.DOTALL)
    caddy = re.search(r"@athand path (.*)\n    reverse_proxy @athand 127\.0\.0\.1:8443\n", WEB)
    assert nginx is not None
    assert caddy is not None
    assert {f"/{name}" for name in nginx[1].split("|")} == SOCKETS == set(caddy[1].split())
    websockets = ("http_version 1.1;", "set_header Upgrade $http_upgrade;", 'set_header Connection "upgrade";')
    assert all(f"proxy_{line}" in nginx[0] for line in ("pass http://127.0.0.1:8443;", *websockets))
