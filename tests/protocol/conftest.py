import pytest

from tests.parties import Parties


@pytest.fixture(scope="session")
def ours() -> Parties:
    return Parties()


@pytest.fixture(scope="session")
def theirs() -> Parties:
    """Another organisation: everything in it is real, and worth nothing here."""
    return Parties(name="Mallory Ltd")
