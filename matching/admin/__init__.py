from matching.admin import applications, mentorships, programme, runs  # noqa: F401
