"""A SpamAssassin to judge our mails with; the system's, else Debian's."""

import shutil

from mentoring.local import apt


def find_spamassassin() -> str:
    """Its path, installed first where there is none; "" where it cannot be had."""
    found = shutil.which("spamassassin")
    if found:
        return found
    print("Installing SpamAssassin to judge the mails …", flush=True)
    apt.install("spamassassin")
    return shutil.which("spamassassin") or ""
