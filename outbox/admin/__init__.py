from outbox.admin import letters, mails, suppressions  # noqa: F401
