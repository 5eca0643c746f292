"""A server that gives tokens for mailboxes (RFC 6749), and tells Dovecot whose one is."""

import json
import threading
import urllib.parse
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CLIENT, SECRET, FIRST = "athand", "hush", "refresh-0"


class TokenServer:
    """Gives tokens to whoever has the newest refresh token, for the mailbox that the scope names.

    Attributes:
        asked: the forms that came.
        lasts_s: how long a token holds.
    """

    def __init__(self) -> None:
        self.asked: list[Mapping[str, str]] = []
        self.lasts_s = 3600
        self._refresh, self._users = FIRST, dict[str, str]()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                self._say(*server._token(self.rfile.read(length).decode()))

            def do_GET(self) -> None:
                token = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("access_token", [""])[0]
                user = server._users.get(token)
                self._say(200 if user else 401, {"user": user} if user else {"error": "invalid_token"})

            def _say(self, status: int, said: Mapping[str, object]) -> None:
                body = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/token"

    def restart(self) -> None:
        """As for another client: the first refresh token holds again."""
        self._refresh = FIRST
        self.asked.clear()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _token(self, body: str) -> tuple[int, Mapping[str, object]]:
        form = dict(urllib.parse.parse_qsl(body))
        self.asked.append(form)
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        if form.get("grant_type") == "refresh_token" and form.get("refresh_token") != self._refresh:
            return 400, {"error": "invalid_grant"}
        self._refresh = f"refresh-{len(self.asked)}"
        token = f"token-{len(self.asked)}"
        self._users[token] = form.get("scope", "")
        return 200, {"access_token": token, "expires_in": self.lasts_s, "refresh_token": self._refresh}
