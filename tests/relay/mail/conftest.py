import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.relay.mail.servers import MailServers, mail_servers, missing

_desks = itertools.count(1)
_running: list[MailServers] = []


@pytest.fixture(scope="session")
def servers() -> Iterator[MailServers]:
    """Postfix and Dovecot for all tests; each has a mailbox of its own.

    One pair for the whole run, also for modules elsewhere that import this fixture and so have one of their own: the
    first to start them ends last.
    """
    if _running:
        yield _running[0]
        return
    why = missing()
    if why:
        pytest.skip(why)
    base = Path(tempfile.mkdtemp(prefix="athand-mail-"))
    try:
        with mail_servers(base) as running:
            _running.append(running)
            yield running
            _running.clear()
    finally:
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def desk() -> str:
    """Name of a mailbox that nobody else uses."""
    return f"help{next(_desks)}"
