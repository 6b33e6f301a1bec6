"""A Chromium for the browser journeys: the system's, else Debian's, else Playwright's own."""

import os
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

from mentoring.local import apt
from mentoring.local.errors import CannotStart

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]


def find_chromium() -> str:
    """The path of a Chromium, installed first where there is none. Raises CannotStart."""
    found = os.environ.get("CHROMIUM") or installed() or from_playwright()
    if found:
        return found
    print("Installing Chromium for the browser journeys …", flush=True)
    return from_apt() or download() or give_up()


def installed() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def from_playwright() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


def from_apt() -> str | None:
    apt.install("chromium", "fonts-dejavu-core", "fonts-noto-core")
    return installed()


def download() -> str | None:
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
    return from_playwright()


def give_up() -> str:
    raise CannotStart(
        "No Chromium was found and none could be installed. Install one, or name it: CHROMIUM=/path/to/chromium bin/test"
    )
