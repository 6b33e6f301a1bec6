from meetings.admin import emergency, sessions  # noqa: F401
