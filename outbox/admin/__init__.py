from outbox.admin import mails, suppressions  # noqa: F401
