"""The product's own settings, with more kinds of mail.

Unless FAULTS_AS_IN_PRODUCTION is set, leases last nine seconds and a mail that was put off waits for seconds where it
would wait for minutes, so that a test of half a minute can see what becomes of them.
"""

from mentoring.settings import *  # noqa: F403
from mentoring.settings import EMAIL_TIMEOUT, INSTALLED_APPS, env

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.apps.FaultKinds"]
FAULTS_AS_IN_PRODUCTION = env.bool("FAULTS_AS_IN_PRODUCTION", False)
EMAIL_TIMEOUT = EMAIL_TIMEOUT if FAULTS_AS_IN_PRODUCTION else 3
