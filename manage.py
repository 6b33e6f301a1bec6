#!/usr/bin/env python
"""Django's command line for the mentoring programme."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from mentoring.local.environment import borrow

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentoring.settings")
    borrow()
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as contradiction:
        sys.exit(str(contradiction))
