"""Debian's packages, where this machine is a Debian and we may install them."""

import os
import shutil
import subprocess


def install(*packages: str) -> None:
    """Do nothing where it cannot be done: whoever asked looks whether it is there now."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "-qq", "update"], **quiet)
    subprocess.run(["apt-get", "-qq", "install", "-y", "--no-install-recommends", *packages], **quiet)
