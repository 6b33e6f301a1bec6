from django.apps import apps

from outbox.kinds import MailKind


def key(mail):
    return {"key": mail.key}


def why_skip(mail):
    """Each of these mails has a row that is its cause, as a session would be."""
    cancelled = apps.get_model("faults", "Cause").objects.filter(key=mail.key, cancelled_at__isnull=False)
    return "Its cause was cancelled." if cancelled.exists() else ""


# These arrive rendered, and nothing can cancel them.
REPEATABLE = MailKind("fault_reminder", "Reminder", ignores_night=True)
AT_MOST_ONCE = MailKind("fault_introduction", "Introduction", is_at_most_once=True, ignores_night=True)

REMINDER = MailKind("reminder_under_faults", "Reminder", build=key, why_skip=why_skip, ignores_night=True)
INTRODUCTION = MailKind(
    "introduction_under_faults",
    "Introduction",
    build=key,
    why_skip=why_skip,
    is_at_most_once=True,
    ignores_night=True,
)
EVERY = [REPEATABLE, AT_MOST_ONCE, REMINDER, INTRODUCTION]
