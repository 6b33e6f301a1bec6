from matching.admin import applications, programme  # noqa: F401
