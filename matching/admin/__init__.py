from matching.admin import applications, mentorships, programme, runs, sheets  # noqa: F401
