"""The one error this package lets out.

    TrustError
     └── reason: Distrust   (what programs decide by; counted in logs)
         str(error)         (one sentence for people)

Pure; any thread. Whatever a peer sends, nothing else than TrustError leaves the functions that read it.
"""

import enum


class Distrust(enum.StrEnum):
    """Why something was not believed; the value is the name under which it is logged and counted."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    INCOMPLETE = "incomplete"
    UNFIT = "unfit"
    WRONG_ROOT = "wrong_root"
    WRONG_ROLE = "wrong_role"
    WRONG_KEY = "wrong_key"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    REVOKED = "revoked"
    STALE_REVOCATIONS = "stale_revocations"
    FUTURE_REVOCATIONS = "future_revocations"
    ROLLED_BACK_REVOCATIONS = "rolled_back_revocations"
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_TOKEN = "unknown_token"  # noqa: S105 - a reason's name, no secret
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 - a reason's name, no secret
    SPENT_TOKEN = "spent_token"  # noqa: S105 - a reason's name, no secret
    WRONG_PASSPHRASE = "wrong_passphrase"  # noqa: S105 - a reason's name, no secret


class TrustError(Exception):
    """Something is not to be trusted, or cannot be read.

    Attributes:
        reason: What programs decide by.
    """

    def __init__(self, reason: Distrust, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
