"""Certificates that are wrong in one respect each, and the reason for which they must be refused."""

from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from protocol.trust import Distrust, Role, new_key
from protocol.trust.der import certificate
from protocol.trust.issue import issue_authority
from protocol.trust.profile import LEAF_USAGE, NAME, SCOPES, TELEPHONE_NUMBER, key_usage, subtree_constraint
from tests.parties import NOW, Parties
from tests.protocol.trust.forge import (
    NAMELESS,
    PHONELESS,
    SUBJECT,
    TITLELESS,
    Leaf,
    device_subject,
    impostor,
    intermediate,
    with_part,
)

Chain = tuple[bytes, ...]
Make = Callable[[Parties, Parties], Chain]

TECHNICIAN = "technician.athand.internal"


def leaf(**changes: object) -> Make:
    """A technician's leaf with one thing changed, signed by the real authority."""
    return lambda ours, _theirs: (
        Leaf(**changes).signed(ours.technicians),  # type: ignore[arg-type]
        ours.technicians.certificate,
    )


def under(**changes: object) -> Make:
    """A good leaf under an intermediate with one thing wrong, which the real root signed."""

    def make(ours: Parties, _theirs: Parties) -> Chain:
        wrong = intermediate(ours.root, **changes)  # type: ignore[arg-type]
        return (Leaf().signed(wrong), wrong.certificate)

    return make


def unknown_extension(critical: bool) -> tuple[tuple[x509.UnrecognizedExtension, bool], ...]:
    return ((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00"), critical),)


def scopes(value: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(SCOPES, value)


def dns(*names: str) -> tuple[x509.DNSName, ...]:
    return tuple(x509.DNSName(name) for name in names)


FORGED: dict[str, tuple[Distrust, Make]] = {
    # --- another root
    "all of another organisation": (Distrust.WRONG_ROOT, lambda _, theirs: theirs.jana.chain),
    "their leaf under our authority": (
        Distrust.WRONG_ROOT,
        lambda ours, theirs: (theirs.jana.leaf, ours.technicians.certificate),
    ),
    "our leaf under their authority": (
        Distrust.WRONG_ROOT,
        lambda ours, theirs: (ours.jana.leaf, theirs.technicians.certificate),
    ),
    "an impostor of our root": (
        Distrust.WRONG_ROOT,
        lambda ours, _: (
            Leaf().signed(a := issue_authority(impostor(ours.root), Role.TECHNICIAN, now=NOW)),
            a.certificate,
        ),
    ),
    "an impostor of our authority": (
        Distrust.WRONG_ROOT,
        lambda ours, _: (Leaf().signed(a := impostor(ours.technicians)), a.certificate),
    ),
    "a leaf signed by another key than the authority's": (
        Distrust.WRONG_ROOT,
        lambda ours, _: (Leaf().signed(ours.technicians, signing_key=new_key()), ours.technicians.certificate),
    ),
    "a leaf under another leaf": (
        Distrust.WRONG_ROOT,
        lambda ours, _: (ours.laptop.leaf, ours.jana.leaf),
    ),
    # --- another role
    "a device": (Distrust.WRONG_ROLE, lambda ours, _: ours.laptop.chain),
    "a technician by the device authority": (
        Distrust.WRONG_ROLE,
        lambda ours, _: (Leaf().signed(ours.devices), ours.devices.certificate),
    ),
    "a device by the technician authority": (
        Distrust.WRONG_ROLE,
        leaf(subject=device_subject("pc"), names=dns("pc.device.athand.internal")),
    ),
    "the revocation signer": (
        Distrust.WRONG_ROOT,
        lambda ours, _: (ours.signer.certificate, ours.technicians.certificate),
    ),
    "the revocation signer under the root": (
        Distrust.WRONG_ROLE,
        lambda ours, _: (ours.signer.certificate, ours.root.certificate),
    ),
    "a leaf by the root itself": (
        Distrust.WRONG_ROLE,
        lambda ours, _: (Leaf().signed(ours.root), ours.root.certificate),
    ),
    "a leaf by an authority for both roles": (
        Distrust.WRONG_ROLE,
        under(constraint=subtree_constraint("athand.internal")),
    ),
    "a leaf by an authority without bounds": (Distrust.WRONG_ROLE, under(constraint=None)),
    "a leaf by an authority for two subtrees": (
        Distrust.WRONG_ROLE,
        under(constraint=x509.NameConstraints(dns(TECHNICIAN, "device.athand.internal"), None)),
    ),
    "a leaf by an authority that only excludes": (
        Distrust.WRONG_ROLE,
        under(constraint=x509.NameConstraints(None, dns("device.athand.internal"))),
    ),
    "a leaf by an authority bound to one name": (
        Distrust.WRONG_ROLE,
        under(constraint=subtree_constraint(f"jana.{TECHNICIAN}")),
    ),
    "a leaf for TLS servers": (Distrust.WRONG_ROLE, leaf(extended=[ExtendedKeyUsageOID.SERVER_AUTH])),
    "a leaf for both usages": (
        Distrust.WRONG_ROLE,
        leaf(extended=[ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]),
    ),
    "a leaf for any usage": (Distrust.WRONG_ROLE, leaf(extended=[ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])),
    "a leaf without extended usage": (Distrust.WRONG_ROLE, leaf(extended=None)),
    "a name of the device tree": (Distrust.WRONG_ROLE, leaf(names=dns("jana.device.athand.internal"))),
    "a name outside our domain": (Distrust.WRONG_ROLE, leaf(names=dns("jana.example.org"))),
    "a name with our domain in front": (Distrust.WRONG_ROLE, leaf(names=dns(f"{TECHNICIAN}.example.org"))),
    "a name that only ends like ours": (Distrust.WRONG_ROLE, leaf(names=dns(f"jana.x{TECHNICIAN}"))),
    "a name two levels down": (Distrust.WRONG_ROLE, leaf(names=dns(f"jana.boss.{TECHNICIAN}"))),
    "a wildcard": (Distrust.WRONG_ROLE, leaf(names=dns(f"*.{TECHNICIAN}"))),
    "the bare subtree": (Distrust.WRONG_ROLE, leaf(names=dns(TECHNICIAN))),
    "a name in capitals": (Distrust.WRONG_ROLE, leaf(names=dns(f"JANA.{TECHNICIAN}"))),
    "a name with an underscore": (Distrust.WRONG_ROLE, leaf(names=dns(f"ja_na.{TECHNICIAN}"))),
    # --- against the profile
    "two names": (Distrust.UNFIT, leaf(names=dns(f"jana.{TECHNICIAN}", f"boss.{TECHNICIAN}"))),
    "no name": (Distrust.UNFIT, leaf(names=None)),
    "an e-mail address for a name": (Distrust.UNFIT, leaf(names=[x509.RFC822Name("jana@example.org")])),
    "an address beside the name": (
        Distrust.UNFIT,
        leaf(names=[*dns(f"jana.{TECHNICIAN}"), x509.UniformResourceIdentifier("https://example.org")]),
    ),
    "a leaf that is an authority": (Distrust.UNFIT, leaf(constraints=x509.BasicConstraints(ca=True, path_length=0))),
    "a leaf that does not say it is none": (Distrust.UNFIT, leaf(constraints=None)),
    "a leaf that may sign certificates": (
        Distrust.UNFIT,
        leaf(usage=key_usage(digital_signature=True, cert_sign=True)),
    ),
    "a leaf that may sign lists": (Distrust.UNFIT, leaf(usage=key_usage(digital_signature=True, crl_sign=True))),
    "a leaf that may sign nothing": (Distrust.UNFIT, leaf(usage=key_usage(cert_sign=True))),
    "a leaf without usage": (Distrust.UNFIT, leaf(usage=None)),
    "an unknown critical extension": (Distrust.UNFIT, leaf(more=unknown_extension(critical=True))),
    "name constraints in a leaf": (Distrust.UNFIT, leaf(more=[(subtree_constraint(TECHNICIAN), True)])),
    "name constraints in a leaf, to be overlooked": (
        Distrust.UNFIT,
        leaf(more=[(subtree_constraint(TECHNICIAN), False)]),
    ),
    "a key on P-384": (Distrust.UNFIT, leaf(key=ec.generate_private_key(ec.SECP384R1()))),
    "a key on a Koblitz curve": (Distrust.UNFIT, leaf(key=ec.generate_private_key(ec.SECP256K1()))),
    "an RSA key": (Distrust.UNFIT, leaf(key=rsa.generate_private_key(65537, 2048))),
    "a signature by SHA-384": (Distrust.UNFIT, leaf(digest=hashes.SHA384)),
    "a signature by SHA-512": (Distrust.UNFIT, leaf(digest=hashes.SHA512)),
    "an authority that is none": (Distrust.UNFIT, under(constraint=subtree_constraint(TECHNICIAN), ca=False)),
    "an authority whose bounds may be overlooked": (
        Distrust.UNFIT,
        under(constraint=subtree_constraint(TECHNICIAN), critical=False),
    ),
    "an authority that may not sign certificates": (
        Distrust.UNFIT,
        under(constraint=subtree_constraint(TECHNICIAN), usage=LEAF_USAGE),
    ),
    # --- what the certificate says of its owner
    "no person's name (P45)": (Distrust.INCOMPLETE, leaf(subject=NAMELESS)),
    "no title (P45)": (Distrust.INCOMPLETE, leaf(subject=TITLELESS)),
    "no phone (P45)": (Distrust.INCOMPLETE, leaf(subject=PHONELESS)),
    "no organisation": (Distrust.INCOMPLETE, leaf(subject=SUBJECT[1:])),
    "nothing at all": (Distrust.UNFIT, leaf(subject=())),
    "a blank name": (Distrust.INCOMPLETE, leaf(subject=with_part(NAME, "   "))),
    "a name of dots": (Distrust.INCOMPLETE, leaf(subject=with_part(NAME, "..."))),
    "a name that turns the text around": (Distrust.MALFORMED, leaf(subject=with_part(NAME, "Jana\u202egnp.exe"))),
    "a name with an isolate": (Distrust.MALFORMED, leaf(subject=with_part(NAME, "\u2067Jana"))),
    "a name with a line feed": (Distrust.MALFORMED, leaf(subject=with_part(NAME, "Jana\nYour bank"))),
    "a name with a NUL": (Distrust.MALFORMED, leaf(subject=with_part(NAME, "Jana\0"))),
    "a name with an escape": (Distrust.MALFORMED, leaf(subject=with_part(NAME, "Jana\x1b[2J"))),
    "a name with a hidden filler": (Distrust.MALFORMED, leaf(subject=with_part(NAME, "Jana\u3164"))),
    "a name with spaces at its end": (Distrust.MALFORMED, leaf(subject=with_part(NAME, "Jana  "))),
    "a name that is not composed": (Distrust.MALFORMED, leaf(subject=with_part(NAME, "Nova\u0301k"))),
    "a name under a pile of marks": (Distrust.MALFORMED, leaf(subject=with_part(NAME, "Jana" + "\u0316" * 40))),
    "a name of 65 characters": (Distrust.TOO_LARGE, leaf(subject=with_part(NAME, "J" * 65))),
    "a title with a tab": (Distrust.MALFORMED, leaf(subject=with_part(NameOID.TITLE, "Help\tdesk"))),
    "a phone with letters": (Distrust.MALFORMED, leaf(subject=with_part(TELEPHONE_NUMBER, "call me"))),
    "a phone too long to dial": (Distrust.MALFORMED, leaf(subject=with_part(TELEPHONE_NUMBER, "1" * 33))),
    "another organisation in the name": (
        Distrust.WRONG_ROOT,
        leaf(subject=with_part(NameOID.ORGANIZATION_NAME, "Your Bank")),
    ),
    "two names of a person": (Distrust.UNFIT, leaf(subject=(*SUBJECT, (NAME, "Somebody else")))),
    "two organisations": (
        Distrust.UNFIT,
        leaf(subject=((NameOID.ORGANIZATION_NAME, "Your Bank"), *SUBJECT)),
    ),
    "a department besides": (
        Distrust.UNFIT,
        leaf(subject=(*SUBJECT, (NameOID.ORGANIZATIONAL_UNIT_NAME, "Your Bank"))),
    ),
    "a common name of somebody else": (
        Distrust.UNFIT,
        leaf(subject=with_part(NameOID.COMMON_NAME, f"boss.{TECHNICIAN}")),
    ),
    "no scopes": (Distrust.INCOMPLETE, leaf(scopes=None)),
    "scopes that are no text": (Distrust.MALFORMED, leaf(scopes=scopes(b"\x05\x00"))),
    "scopes of nothing": (Distrust.MALFORMED, leaf(scopes=scopes(b""))),
    "scopes of a wrong length": (Distrust.MALFORMED, leaf(scopes=scopes(b"\x0c\x09see"))),
    "scopes of a long length": (Distrust.MALFORMED, leaf(scopes=scopes(b"\x0c\x81\x03see"))),
    # --- the chain
    "an empty chain": (Distrust.MALFORMED, lambda _, __: ()),
    "a leaf alone": (Distrust.MALFORMED, lambda ours, _: ours.jana.chain[:1]),
    "an authority alone": (Distrust.MALFORMED, lambda ours, _: ours.jana.chain[1:]),
    "a chain with the root": (Distrust.MALFORMED, lambda ours, _: (*ours.jana.chain, ours.root.certificate)),
    "a chain upside down": (Distrust.WRONG_ROOT, lambda ours, _: ours.jana.chain[::-1]),
    "the leaf twice": (Distrust.WRONG_ROOT, lambda ours, _: (ours.jana.leaf, ours.jana.leaf)),
    "the authority twice": (
        Distrust.WRONG_ROOT,
        lambda ours, _: (ours.technicians.certificate, ours.technicians.certificate),
    ),
    "the authority under the root": (
        Distrust.WRONG_ROLE,
        lambda ours, _: (ours.technicians.certificate, ours.root.certificate),
    ),
    "the root under itself": (
        Distrust.WRONG_ROLE,
        lambda ours, _: (ours.root.certificate, ours.root.certificate),
    ),
    # --- bytes that are none
    "nothing": (Distrust.MALFORMED, lambda ours, _: (b"", ours.technicians.certificate)),
    "a text": (Distrust.MALFORMED, lambda ours, _: (b"certificate", ours.technicians.certificate)),
    "PEM": (
        Distrust.MALFORMED,
        lambda ours, _: (certificate(ours.jana.leaf).public_bytes(Encoding.PEM), ours.technicians.certificate),
    ),
    "a byte too many": (Distrust.MALFORMED, lambda ours, _: (ours.jana.leaf + b"\0", ours.technicians.certificate)),
    "5 KiB": (Distrust.TOO_LARGE, lambda ours, _: (b"\x30" * 5120, ours.technicians.certificate)),
}
