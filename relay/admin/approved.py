"""Which technicians are approved, told where the organisation is and where only its relay is.

Guarantees that both places mean the same people: the register says it where the organisation is; elsewhere the
certificates do that were brought to the relay, as far as the organisation's root stands behind them and the list of
revocations does not name them. Blocking. Distrusts the files in the relay's folder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from protocol.trust import Party, Role, TrustError, read_revocations, verify_chain
from relay.admin.files import AdminError
from relay.admin.folder import RelayFolder
from relay.admin.home import Home
from relay.admin.register import Standing


@dataclass(frozen=True)
class Technician:
    """One technician as certified.

    Attributes:
        identifier: for life.
        name: as certified, and so title and phone.
        serials: of the certificates that have not run out, in hexadecimal.
    """

    identifier: str
    name: str
    title: str
    phone: str
    serials: tuple[str, ...]


def approved(home: Home | None, relay: RelayFolder, who: str, now: datetime) -> Technician:
    """The approved technician of this name or identifier. Raises AdminError, TrustError, OSError."""
    found = _of_register(home, who, now) if home is not None else _of_certificates(relay, who, now)
    if len(found) > 1:
        names = ", ".join(technician.identifier for technician in found)
        raise AdminError(f"Several are called {who}; use the identifier: {names}.")
    return found[0]


def meant(who: str, known: Mapping[str, str]) -> list[str]:
    """Of identifiers and names: the identifiers of those of this name; else of those whose name begins so."""
    typed = who.casefold()
    exactly = [key for key, name in known.items() if typed in (name.casefold(), key)]
    if exactly or not typed:
        return exactly
    return [
        key
        for key, name in known.items()
        if any(part.startswith(typed) for part in (name.casefold(), *name.casefold().split(), key))
    ]


def _of_register(home: Home, who: str, now: datetime) -> Sequence[Technician]:
    people = {person.identifier: person for person in home.register().people}
    found = [people[key] for key in meant(who, {key: person.name for key, person in people.items()})]
    if not found:
        raise AdminError(f"There is no technician called {who}; invite and approve first, or see: athand-admin staff")
    certified = [person for person in found if person.certificates and person.standing(now) is not Standing.REVOKED]
    if not certified:
        raise AdminError(f"{found[0].name} is not approved; a profile is for those who are: athand-admin approve")
    return [
        Technician(
            person.identifier,
            person.name,
            person.title,
            person.phone,
            tuple(one.serial for one in person.certificates if one.not_after > now),
        )
        for person in certified
    ]


def _of_certificates(relay: RelayFolder, who: str, now: datetime) -> Sequence[Technician]:
    organisation = relay.organisation()
    revocations = read_revocations(relay.revocations(), organisation=organisation, now=now)
    parties = dict[str, list[Party]]()
    for chain in relay.granted():
        try:
            party = verify_chain(
                chain, organisation=organisation, role=Role.TECHNICIAN, now=now, revocations=revocations
            )
        except TrustError:  # run out, revoked, or put there by somebody else: no technician's
            continue
        parties.setdefault(party.identifier, []).append(party)
    found = meant(who, {key: held[0].name for key, held in parties.items()})
    if not found:
        raise AdminError(
            f"The relay has no certificate of a technician called {who}; approve first, then bring enrolment here."
        )
    return [_held(parties[key]) for key in found]


def _held(parties: Sequence[Party]) -> Technician:
    latest = max(parties, key=lambda party: party.not_after)
    serials = tuple(f"{party.serial:x}" for party in parties)
    return Technician(latest.identifier, latest.name, latest.title, latest.phone, serials)
