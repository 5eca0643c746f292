"""Whom the relay believes now: its organisation, and the newest list of revocations.

Guarantees that a list that cannot be read, is forged, or is older than the one before never replaces a good one, and
that without a fresh list nobody signs in. On the loop's thread (the file is small). Distrusts the file: whoever may
write it is the administrator, but a half-written or restored one happens.
"""

import os
from collections.abc import Callable
from datetime import datetime

from protocol.trust import Distrust, Organisation, RevocationList, TrustError, read_revocations
from protocol.trust.revocation import check_fresh
from relay.admin.files import AdminError
from relay.admin.folder import RelayFolder
from relay.counts import Counts


class Trusted:
    """The organisation and its revocations.

    Attributes:
        organisation: the only one this relay serves.
    """

    def __init__(self, folder: RelayFolder, counts: Counts, clock: Callable[[], datetime]) -> None:
        """Raises TrustError, AdminError or OSError when there is no organisation file that can be used."""
        self._folder, self._counts, self._clock = folder, counts, clock
        self.organisation: Organisation = folder.organisation()
        self._stamp: tuple[int, int, int] | None = None
        self._list: RevocationList | None = None
        self._why_not: TrustError | None = None

    def read(self) -> bool:
        """Reads the list if its file changed; whether there is a new one."""
        stamp = self._file_stamp()
        if stamp is None or (stamp == self._stamp and self._why_not is None):
            return False
        changed, self._stamp = stamp != self._stamp, stamp
        try:
            encoded = self._folder.revocations()
            last = 0 if self._list is None else self._list.number
            newest = read_revocations(encoded, organisation=self.organisation, now=self._clock(), last_number=last)
        except (TrustError, AdminError, OSError) as error:
            self._why_not = error if isinstance(error, TrustError) else TrustError(Distrust.MALFORMED, str(error))
            if changed:
                self._counts.add(f"revocations_{self._why_not.reason}", sentence=str(error))
            return False
        self._why_not = None
        if self._list is not None and newest.number == self._list.number:
            self._list = newest
            return False
        self._list = newest
        return True

    @property
    def revocations(self) -> RevocationList:
        """The newest good list; it may have grown too old, which `protocol.trust` sees. Raises TrustError: none."""
        if self._list is None:
            raise self._why_not or TrustError(
                Distrust.STALE_REVOCATIONS, "The server has no list of revoked certificates; please tell its operator."
            )
        return self._list

    def is_fresh(self) -> bool:
        """Whether anybody can sign in."""
        try:
            check_fresh(self.revocations, now=self._clock())
        except TrustError:
            return False
        return True

    def age_s(self) -> float | None:
        """How old the list is; None: there is none."""
        return None if self._list is None else (self._clock() - self._list.issued_at).total_seconds()

    def _file_stamp(self) -> tuple[int, int, int] | None:
        try:
            facts = os.stat(self._folder.revocations_file)  # noqa: PTH116 - once a second; no object needed
        except OSError:
            return None
        return facts.st_mtime_ns, facts.st_size, facts.st_ino
