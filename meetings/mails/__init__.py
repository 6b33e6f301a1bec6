"""The mails about sessions and what goes with them; a file for each subject."""

from meetings.mails import hosts, polls, private, rhythm, sessions


def register_all() -> None:
    for subject in (hosts, polls, private, rhythm, sessions):
        subject.register_mails()
