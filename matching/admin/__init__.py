from matching.admin import applications, group_runs, mentorships, programme, runs, sheets  # noqa: F401
