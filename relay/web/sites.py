"""The desk's addresses on the web, as the relay starts and stops them."""

import dataclasses
import functools
from collections.abc import Set as AbstractSet
from datetime import datetime

from structlog.typing import FilteringBoundLogger

from protocol.trust import Distrust, TrustError
from relay.admin.files import AdminError
from relay.admin.folder import RelayFolder
from relay.desk import Room
from relay.errors import StartRefused
from relay.files import Shelf
from relay.trusted import Trusted
from relay.web.app import requester_app, staff_app
from relay.web.links import Links, read_key
from relay.web.serving import Serving


@dataclasses.dataclass(frozen=True, slots=True)
class WebSettings:
    """Where the pages are.

    Attributes:
        port: of the requester's page; None: there is none. 0 takes a free one.
        staff_port: of the pages for staff, likewise.
        proxy: address of the TLS proxy in front, whose X-Forwarded-For and X-Forwarded-Proto are believed.
    """

    host: str = "127.0.0.1"
    port: int | None = None
    staff_port: int | None = None
    proxy: str | None = None


class Sites:
    """All of them.

    Attributes:
        links: makes the links that mails bear.
        port: of the requester's page, once it listens;
        staff_port: and of the pages for staff.
    """

    def __init__(self, settings: WebSettings, folder: RelayFolder) -> None:
        """Raises StartRefused when the key for links cannot be had."""
        try:
            self._key = read_key(folder.web_key_file)
        except (AdminError, OSError) as error:
            raise StartRefused(f"The key for links to the page cannot be used: {error}") from error
        self._settings, self.links = settings, Links(self._key)
        self._database = folder.path / "athand.db"
        self._servings: list[Serving] = []
        self.port: int | None = None
        self.staff_port: int | None = None

    def address(self, page: str, ticket: int, now: datetime) -> str:
        """The address for a mail to a ticket's requester, see `Links.address`; empty when no page is served."""
        return "" if self._settings.port is None else self.links.address(page, ticket, now)

    def offer(self, page: str, notice: int, now: datetime) -> str:
        """The address for a mail to who says yes to a price, see `Links.offer`; empty when no page is served."""
        return "" if self._settings.port is None else self.links.offer(page, notice, now)

    async def start(self, room: Room, shelf: Shelf, log: FilteringBoundLogger, trusted: Trusted) -> None:
        """Listens. Raises StartRefused."""
        settings = self._settings
        if settings.port is not None:
            self.port = await self._serve(
                Serving(requester_app(room, self._key, shelf, log), settings.host, settings.port, settings.proxy)
            )

        if settings.staff_port is not None:
            app = staff_app(room, self._key, self._database, functools.partial(_revoked, trusted), log)
            self.staff_port = await self._serve(Serving(app, settings.host, settings.staff_port, settings.proxy))

    async def stop(self) -> None:
        """Lets requests under way end, briefly."""
        for serving in self._servings:
            await serving.stop()
        self._servings.clear()

    async def _serve(self, serving: Serving) -> int:
        await serving.start()
        self._servings.append(serving)
        return serving.port


def _revoked(trusted: Trusted) -> AbstractSet[int]:
    """Raises TrustError when the list is missing or too old, as at any sign-in."""
    if not trusted.is_fresh():
        raise TrustError(Distrust.STALE_REVOCATIONS, "The server has no fresh list of revoked certificates.")
    return trusted.revocations.serials
