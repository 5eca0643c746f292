"""An organisation at work: admin, relay, a user and a technician, each with the real programs on a host of their own.

with World(tmp_path) as world:
    world.start_relay()
    world.start_agent()
    world.start_console()          # invites, opens the invitation, approves
    world.user.ui.window("Get help")…
"""

import http.client
import re
import socket
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.stage.desk import Desk
from tests.stage.host import Host
from tests.stage.process import Process
from tests.stage.waiting import StageError, wait_for

OFFLINE_PASSPHRASE = "offline keys of a test"
RELAY_PASSPHRASE = "relay key of a test"

MODULES = {
    "athand-admin": "relay.admin",
    "athand-agent": "agent",
    "athand-console": "console",
    "athand-relay": "relay",
}


def command(program: str) -> list[str]:
    """Return how to start one of the product's programs: as installed, else from the tree."""
    installed = Path(sys.executable).with_name(program)
    return [str(installed)] if installed.exists() else [sys.executable, "-m", MODULES[program]]


def free_port() -> int:
    """Return a TCP port of the loopback interface that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass(frozen=True)
class Person:
    """Who a technician is."""

    name: str = "Tina Tech"
    title: str = "Support Engineer"
    phone: str = "+49 30 1234567"


class World:
    """Everything that the whole path needs; hosts come up when they are first asked for.

    Attributes:
        directory: files that outlive the world: the organisation, bundle, invitations and logs.
        port: the relay's.
        office: the host of admin and relay.
        user: the user's desk.
        technician: the technician's desk.

    `env` is what every program finds in its environment besides.
    """

    def __init__(
        self,
        directory: Path,
        *,
        organisation: str = "Helpful Ltd",
        language: str = "",
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = directory
        self.logs = directory / "logs"
        self.organisation = organisation
        self.home = directory / "organisation"
        self.port = free_port()
        self.relay: Process | None = None
        self.agent: Process | None = None
        self.console: Process | None = None
        self._language, self._env = language, dict(env or {})
        self._stack = ExitStack()
        self._desks: dict[str, Desk] = {}

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            env = {**self._env, "ATHAND_PASSPHRASE": OFFLINE_PASSPHRASE, "ATHAND_RELAY_PASSPHRASE": RELAY_PASSPHRASE}
            self.office = stack.enter_context(Host("office", logs=self.logs, env=env))
            self._stack = stack.pop_all()
        self.admin("init", str(self.home), "--name", self.organisation, "--relay-url", self.relay_url, home=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def relay_url(self) -> str:
        """Where agents and consoles find the relay."""
        return f"ws://127.0.0.1:{self.port}"

    @property
    def user(self) -> Desk:
        """The user's desk."""
        return self.desk("user", (1920, 1080))

    @property
    def technician(self) -> Desk:
        """The technician's desk."""
        return self.desk("technician", (2560, 1440))

    def desk(self, name: str, size: tuple[int, int] = (1920, 1080), *, person: str = "", computer: str = "") -> Desk:
        """Return the desk of that name, and bring it up if it is not."""
        if name not in self._desks:
            who = {"person": person, "computer": computer, "language": self._language}
            self._desks[name] = self._stack.enter_context(Desk(name, size, logs=self.logs, env=self._env, **who))
        return self._desks[name]

    # The admin

    def admin(self, *arguments: str, home: bool = True, codes: tuple[int, ...] = (0,)) -> str:
        """Run `athand-admin` and return what it said.

        Raises:
            StageError: it ended with none of the expected exit codes.
        """
        where = ("--home", str(self.home)) if home else ()
        return self.office.run(*command("athand-admin"), *arguments, *where, codes=codes)

    def bundle(self) -> Path:
        """Make the file that agents are deployed with."""
        path = self.directory / f"agents-{len(list(self.directory.glob('*.bundle')))}.bundle"
        self.admin("bundle", "--output", str(path))
        return path

    def invite(self, person: Person | None = None) -> Path:
        """Invite a technician, and return the invitation's file."""
        person = person or Person()
        path = self.directory / f"{re.sub(r'[^a-z]+', '-', person.name.casefold())}.invitation"
        who = ["--name", person.name, "--title", person.title, "--phone", person.phone]
        self.admin("invite", *who, "--output", str(path))
        return path

    def approve(self, *, timeout_s: float = 30.0) -> str:
        """Wait for a technician's request to reach the relay, and approve it."""
        wait_for("a technician's request", lambda: "Approved" in self.admin("approve"), timeout_s=timeout_s)
        return self.admin("staff")

    def show_face(self, picture: bytes, person: Person | None = None) -> None:
        """Give an approved technician a profile with a picture, as users are to see him."""
        path = self.directory / "portrait.png"
        path.write_bytes(picture)
        self.admin("staff-profile", (person or Person()).name, "--picture", str(path), "--skill", "office=3")

    # The programs

    def start_relay(self, *options: str) -> Process:
        """Start the relay, and wait until it answers on its health page."""
        arguments = ["--home", str(self.home / "relay"), "--port", str(self.port), *options]
        self.relay = self.office.start(*command("athand-relay"), *arguments)
        self.wait_relay()
        return self.relay

    def wait_relay(self, *, timeout_s: float = 20.0) -> None:
        """Wait until the relay answers on its health page."""
        relay = self.relay
        if relay is None:
            raise StageError("the relay was not started")

        def probe() -> bool:
            if not relay.running:
                raise StageError(f"the relay ended with {relay.returncode}: {relay.read_log()}")
            return self.health() is not None

        wait_for("the relay's health page", probe, timeout_s=timeout_s, failure=relay.read_log)

    def health(self) -> str | None:
        """Return the relay's health page, None while nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health")
            answer = connection.getresponse()
            return answer.read().decode() if answer.status == http.HTTPStatus.OK else None
        except OSError:
            return None
        finally:
            connection.close()

    def start_agent(self, *options: str, bundle: Path | None = None) -> Process:
        """Start the agent on the user's desk, and wait for its tray icon.

        The first time it gets a bundle, as an administrator would deploy it; later starts need none.
        """
        if bundle is None and self.agent is None:
            bundle = self.bundle()
        deployed = ("--bundle", str(bundle)) if bundle else ()
        self.agent = self.user.start(*command("athand-agent"), *deployed, *options)
        self.user.display.tray_icon("athand", timeout_s=30)
        return self.agent

    def start_console(self, *options: str, person: Person | None = None) -> Process:
        """Start the console on the technician's desk, and wait until it is signed in.

        The first time its technician is invited, opens the invitation, and is approved by the admin.
        """
        if self.console is None:
            console = self.open_invitation(*options, person=person)
            self.approve()
        else:
            console = self.console = self.technician.start(*command("athand-console"), *options)
        self.wait_signed_in()
        return console

    def open_invitation(self, *options: str, person: Person | None = None) -> Process:
        """Start the console with an invitation, and wait until it awaits the admin's approval."""
        invited = ("--invitation", str(self.invite(person)))
        self.console = self.technician.start(*command("athand-console"), *invited, *options)
        self.technician.ui.wait_text("Waiting for your administrator", timeout_s=30)
        return self.console

    def wait_signed_in(self) -> None:
        """Wait until the console has its connection."""
        self.technician.ui.window("athand console").wait_text("Connected", timeout_s=30)
