from outbox.kinds import MailKind

REPEATABLE = MailKind("fault_reminder", "Reminder")
AT_MOST_ONCE = MailKind("fault_introduction", "Introduction", is_at_most_once=True)
