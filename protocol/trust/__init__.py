"""Who is whom: the organisation's certificates, how they are made, and when they are believed.

    organisation   the files people are handed: Organisation, Bundle, Invitation
    issue          root, authorities, technicians, devices; the profile they all keep
    verify         a peer's chain becomes a Party, or a TrustError with its reason
    revocation     the signed list that makes an earlier yes a no
    enrolment      how a key gets its certificate
    renewal        how it gets the next one
    identity       one's own certificate and key

Pure: no clock (`now` is an aware datetime), no files, no sockets, and never the operating system's trust store.
"""

from protocol.trust.enrolment import (
    DeviceAuthority,
    DeviceGrant,
    DeviceRecord,
    DeviceRequest,
    EnrolmentAnswer,
    EnrolmentRequest,
    Granted,
    Refused,
    TechnicianRequest,
    Token,
    Tokens,
    Waiting,
    decode_answer,
    decode_request,
    encode_answer,
    encode_request,
    make_device_request,
    make_request,
)
from protocol.trust.errors import Distrust, TrustError
from protocol.trust.identity import Identity
from protocol.trust.issue import Authority
from protocol.trust.keys import key_from_pem, key_to_pem, new_key, verify_signature
from protocol.trust.names import Role
from protocol.trust.organisation import Bundle, Invitation, Organisation
from protocol.trust.renewal import RenewalRequest, check_renewal, is_due, make_renewal
from protocol.trust.revocation import RevocationList, read_revocations, sign_revocations
from protocol.trust.verify import Party, verify_chain

__all__ = [
    "Authority",
    "Bundle",
    "DeviceAuthority",
    "DeviceGrant",
    "DeviceRecord",
    "DeviceRequest",
    "Distrust",
    "EnrolmentAnswer",
    "EnrolmentRequest",
    "Granted",
    "Identity",
    "Invitation",
    "Organisation",
    "Party",
    "Refused",
    "RenewalRequest",
    "RevocationList",
    "Role",
    "TechnicianRequest",
    "Token",
    "Tokens",
    "TrustError",
    "Waiting",
    "check_renewal",
    "decode_answer",
    "decode_request",
    "encode_answer",
    "encode_request",
    "is_due",
    "key_from_pem",
    "key_to_pem",
    "make_device_request",
    "make_renewal",
    "make_request",
    "new_key",
    "read_revocations",
    "sign_revocations",
    "verify_chain",
    "verify_signature",
]
