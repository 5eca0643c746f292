"""Somebody with a browser that knows no JavaScript: cookies, links, forms. Over a real socket."""

import asyncio
import dataclasses
import http.client
import urllib.parse
from html.parser import HTMLParser
from typing import Self


@dataclasses.dataclass
class Form:
    """A form as the page shows it."""

    action: str
    fields: dict[str, str] = dataclasses.field(default_factory=dict)
    buttons: list[tuple[str, str]] = dataclasses.field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.text: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if "id" in facts:
            self.ids.append(facts["id"])
        if tag == "a":
            self.links.append(facts.get("href", ""))
        if tag == "form":
            self.forms.append(Form(facts["action"]))
        if tag == "input" and facts.get("type") == "hidden":
            self.forms[-1].fields[facts["name"]] = facts["value"]
        if tag == "button":
            self.forms[-1].buttons.append((facts.get("name", ""), facts.get("value", "")))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@dataclasses.dataclass
class Page:
    """An answer."""

    status: int
    headers: http.client.HTTPMessage
    raw: bytes

    @classmethod
    def of(cls, answer: http.client.HTTPResponse) -> Self:
        return cls(answer.status, answer.headers, answer.read())

    @property
    def body(self) -> str:
        return self.raw.decode("utf-8", "replace")

    @property
    def read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.body)
        return reader

    @property
    def text(self) -> str:
        """What a person reads, spaces single."""
        return " ".join(" ".join(self.read.text).split())

    def form(self, ending: str) -> Form:
        """The form whose address ends so."""
        return next(form for form in self.read.forms if form.action.endswith(ending))

    def has_form(self, ending: str) -> bool:
        return any(form.action.endswith(ending) for form in self.read.forms)


class Visitor:
    """One browser."""

    def __init__(self, port: int, language: str = "en") -> None:
        self.port, self.language = port, language
        self.cookies: dict[tuple[str, str], str] = {}

    async def get(self, path: str, **headers: str) -> Page:
        return await asyncio.to_thread(self._ask, "GET", path, b"", headers)

    async def post(self, path: str, fields: dict[str, str] | bytes, **headers: str) -> Page:
        body = fields if isinstance(fields, bytes) else urllib.parse.urlencode(fields).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        page = await asyncio.to_thread(self._ask, "POST", path, body, kind | headers)
        if page.status == 303:
            return await self.get(page.headers["Location"])
        return page

    async def send(self, page: Page, ending: str, **fields: str) -> Page:
        """Fills a form of the page in, and sends it."""
        form = page.form(ending)
        return await self.post(form.action, form.fields | fields)

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Page:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body or None, self._headers(path) | headers)
            page = Page.of(connection.getresponse())
        finally:
            connection.close()
        for line in page.headers.get_all("Set-Cookie", []):
            pair, *facts = [part.strip() for part in line.split(";")]
            scope = next(fact[5:] for fact in facts if fact.lower().startswith("path="))
            name, _, value = pair.partition("=")
            self.cookies[scope, name] = value
        return page

    def _headers(self, path: str) -> dict[str, str]:
        sent = [f"{name}={value}" for (scope, name), value in self.cookies.items() if path.startswith(scope)]
        return {"Accept-Language": self.language} | ({"Cookie": "; ".join(sent)} if sent else {})


def multipart(fields: dict[str, str], files: list[tuple[str, str, bytes]]) -> tuple[bytes, dict[str, str]]:
    """A form with files (RFC 7578): name, kind, bytes of each; the body, and its header."""
    boundary = b"----visitor"
    parts = [f'Content-Disposition: form-data; name="{n}"\r\n\r\n{v}'.encode() for n, v in fields.items()]
    parts += [
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'.encode()
        + content
        for name, kind, content in files
    ]
    body = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + boundary + b"--\r\n"
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary.decode()}"}
