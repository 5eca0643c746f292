from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from protocol.scopes import Scope
from relay.admin.home import Home
from relay.admin.register import Certified, Person


@pytest.fixture
def staffed(home: Path) -> Home:
    """The organisation with Jana and Petr approved and Olga only invited, as its register says."""
    found = Home.find(home)
    now = datetime.now(UTC).replace(microsecond=0)
    year = now + timedelta(days=90)
    register = found.register()
    for who in ("jana", "petr", "olga"):
        certificates = () if who == "olga" else (Certified("1f", now, year),)
        person = Person(who, who.title(), "Engineer", "+420 777 1", tuple(Scope), now, year, certificates)
        register = msgspec.structs.replace(register, people=(*register.people, person))
    found.save_register(register)
    return found
