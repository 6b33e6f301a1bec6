"""The product's own settings, two more kinds of mail, and leases of nine seconds, so that a test can wait for one."""

from mentoring.settings import *  # noqa: F403
from mentoring.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.apps.FaultKinds"]
EMAIL_TIMEOUT = 3
