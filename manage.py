#!/usr/bin/env python
"""Django's command line for the mentoring programme."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from matching.history.acting import this_is_command
from mentoring.local.environment import borrow

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentoring.settings")
    borrow()
    this_is_command(sys.argv)
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as contradiction:
        sys.exit(str(contradiction))
