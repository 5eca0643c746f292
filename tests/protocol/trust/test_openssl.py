"""Both kinds of certificates do their work in OpenSSL: TLS 1.3 with certificates on both sides, in memory."""

import contextlib
import itertools
import shutil
import subprocess
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from OpenSSL import SSL, crypto

from protocol.scopes import Scope
from protocol.trust import Authority, Identity, key_to_pem, new_key
from protocol.trust.der import certificate
from protocol.trust.issue import Technician, issue_technician
from tests.parties import NOW, Parties


def store(root: bytes, now: datetime = NOW) -> crypto.X509Store:
    made = crypto.X509Store()
    made.add_cert(crypto.X509.from_cryptography(certificate(root)))
    made.set_flags(crypto.X509StoreFlags.X509_STRICT)
    made.set_time(now)
    return made


def check(chain: Sequence[bytes], root: bytes, now: datetime = NOW) -> None:
    leaf, *rest = (crypto.X509.from_cryptography(certificate(data)) for data in chain)
    crypto.X509StoreContext(store(root, now), leaf, rest).verify_certificate()


def context(identity: Identity, root: bytes) -> SSL.Context:
    made = SSL.Context(SSL.TLS_METHOD)
    made.set_min_proto_version(SSL.TLS1_3_VERSION)
    made.use_certificate(certificate(identity.leaf))
    made.add_extra_chain_cert(certificate(identity.chain[1]))
    made.use_privatekey(identity.key)
    made.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, None)
    made.get_cert_store().add_cert(crypto.X509.from_cryptography(certificate(root)))  # type: ignore[union-attr]
    made.get_cert_store().set_time(NOW)  # type: ignore[union-attr]
    return made


def shake_hands(technician: Identity, device: Identity, root: bytes) -> tuple[SSL.Connection, SSL.Connection]:
    client = SSL.Connection(context(technician, root), None)
    server = SSL.Connection(context(device, root), None)
    client.set_connect_state()
    server.set_accept_state()
    for ours, theirs in itertools.islice(itertools.cycle([(client, server), (server, client)]), 8):
        with contextlib.suppress(SSL.WantReadError):
            ours.do_handshake()
        with contextlib.suppress(SSL.WantReadError):
            theirs.bio_write(ours.bio_read(1 << 16))
    return client, server


def test_openssl_accepts_both_leaves_strictly(ours: Parties) -> None:
    for identity in (ours.jana, ours.laptop):
        check(identity.chain, ours.root.certificate)


def test_openssl_refuses_what_it_should(ours: Parties, theirs: Parties) -> None:
    """The control: the store does look."""
    with pytest.raises(crypto.X509StoreContextError):
        check(ours.jana.chain, theirs.root.certificate)
    with pytest.raises(crypto.X509StoreContextError):
        check(ours.jana.chain, ours.root.certificate, NOW + timedelta(days=91))


def test_openssl_keeps_authorities_to_their_subtree(ours: Parties) -> None:
    chain = issue_technician(
        Authority(ours.devices.certificate, ours.devices.key),
        Technician("x", "X", "X", "1", frozenset()),
        new_key().public_key(),
        now=NOW,
    )
    with pytest.raises(crypto.X509StoreContextError, match="permitted subtree"):
        check(chain, ours.root.certificate)


def test_technician_and_device_shake_hands_in_tls_1_3(ours: Parties) -> None:
    client, server = shake_hands(ours.jana, ours.laptop, ours.root.certificate)
    assert client.get_protocol_version_name() == server.get_protocol_version_name() == "TLSv1.3"
    seen = server.get_peer_certificate(as_cryptography=True)
    assert isinstance(seen, x509.Certificate)
    assert seen == certificate(ours.jana.leaf)
    client.send(b"hello")
    server.bio_write(client.bio_read(1 << 16))
    assert server.recv(16) == b"hello"


@pytest.mark.parametrize("swapped", ["device as client", "technician as server"])
def test_nobody_shakes_hands_in_the_others_role(swapped: str, ours: Parties) -> None:
    technician, device = (ours.laptop, ours.laptop) if swapped == "device as client" else (ours.jana, ours.jana)
    with pytest.raises(SSL.Error):
        shake_hands(technician, device, ours.root.certificate)


def test_the_longest_names_fit_into_a_sign_in() -> None:
    long = Technician("f" * 32, "山" * 64, "ந" * 64, "1" * 32, frozenset(Scope))
    chain = issue_technician(Parties(name="社" * 64).technicians, long, new_key().public_key(), now=NOW)
    assert sum(len(data) for data in chain) * 4 / 3 < 4096
    assert max(len(data) for data in chain) < 2048


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command is not installed")
def test_the_openssl_command_reads_our_encrypted_keys(tmp_path: Path) -> None:
    key, path = new_key(), tmp_path / "root.key"
    path.write_bytes(key_to_pem(key, "offline passphrase"))

    def openssl(passphrase: str) -> subprocess.CompletedProcess[bytes]:
        arguments = ["openssl", "pkey", "-in", str(path), "-passin", f"pass:{passphrase}"]
        return subprocess.run(arguments, capture_output=True, check=False, timeout=20)

    assert openssl("wrong passphrase").returncode != 0
    assert openssl("offline passphrase").stdout == key_to_pem(key, None)
