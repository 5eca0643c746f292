"""What a technician may be allowed to do, one word each; a consent and a certificate name sets of them."""

import enum


class Scope(enum.StrEnum):
    """One thing a user can allow, and take back, by itself."""

    SEE = "see"
    POINT = "point"
    CONTROL = "control"
    CLIPBOARD_TO = "clipboard_to"
    CLIPBOARD_FROM = "clipboard_from"
    FILES_TO = "files_to"
    FILES_FROM = "files_from"
    DIAGNOSTICS = "diagnostics"
    ELEVATE = "elevate"
