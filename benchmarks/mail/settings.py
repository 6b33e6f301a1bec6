"""The product's own settings, with one more kind of mail."""

from mentoring.settings import *  # noqa: F403
from mentoring.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.mail.apps.BenchmarkKinds"]
