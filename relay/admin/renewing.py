"""A technician's next certificate: for the same key, with what the register says of the person now.

Distrusts: requests. Guarantees that nobody who was revoked gets one, also after the list has forgotten the certificate.
"""

from datetime import UTC, datetime

import click

from protocol.trust import RenewalRequest, TrustError, check_renewal
from protocol.trust.der import certificate as parse_certificate
from protocol.trust.errors import Distrust
from protocol.trust.issue import Authority, Technician, issue_technician
from relay.admin.files import AdminError
from relay.admin.home import Home, said
from relay.admin.register import Certified


def renew(home: Home, request: RenewalRequest, authority: Authority) -> bool:
    """Signs it if the register knows the certificate that is to be renewed; tells what was done."""
    now = datetime.now(UTC)
    try:
        renewing = check_renewal(request, organisation=home.organisation(), now=now)
        person = home.register().person(renewing.party.identifier)
    except (TrustError, AdminError) as error:
        home.relay.discard(request)
        click.echo(f"Removed a request for renewal: {said(error)}", err=True)
        return False
    if person.revoked_at is not None:
        home.relay.refuse(request, Distrust.REVOKED, "The certificate has been revoked.")
        click.echo(f"Not renewed: {person.name} was revoked on {person.revoked_at:%Y-%m-%d}.", err=True)
        return False
    if f"{renewing.party.serial:x}" not in {known.serial for known in person.certificates}:
        home.relay.discard(request)
        click.echo(f"Removed a request for renewal: this register never gave {person.name} that certificate.", err=True)
        return False
    technician = Technician(person.identifier, person.name, person.title, person.phone, frozenset(person.scopes))
    chain = issue_technician(authority, technician, renewing.key, now=now)
    leaf = parse_certificate(chain[0])
    certified = Certified(f"{leaf.serial_number:x}", now.replace(microsecond=0), leaf.not_valid_after_utc)
    home.save_register(home.register().certified(person.identifier, certified))
    home.relay.grant(request, chain)
    click.echo(f"Renewed {person.name}, {person.title}; valid until {leaf.not_valid_after_utc:%Y-%m-%d}.")
    return True
