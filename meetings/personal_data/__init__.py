"""What this app holds about a person, to be exported and erased; a file for each subject."""

from meetings.personal_data import polls, private, rhythm, sessions


def register_all() -> None:
    for subject in (polls, private, rhythm, sessions):
        subject.register_personal_data()
