"""What this app shows on a mentorship's page, and asks on Home; a file for each subject."""

from meetings.parts import polls, private, rhythm, sessions


def register_all() -> None:
    for subject in (polls, private, rhythm, sessions):
        subject.register_parts()
