"""The mails that are the outbox's own: what an admin writes."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outbox import lettering, writing
from outbox.kinds import MailKind, register


def register_mails() -> None:
    for kind in KINDS:
        register(kind)


def sample() -> dict:
    body = gettext(
        "our first evening together is on **Thursday at 18:00**. Bring one thing that went well this month.\n\n"
        "- Where: https://meet.example.org/evening\n"
        "- Who: everybody in the cohort\n\n"
        "Until Thursday"
    )
    return {
        "subject": gettext("Our first evening together"),
        "html": lettering.as_html(body, {}),
        "text": lettering.as_text(body, {}),
        "audience": gettext("Autumn cohort"),
    }


KINDS = [
    MailKind(
        writing.KIND,
        _("letter from the programme"),
        build=writing.about,
        why_skip=writing.why_skip,
        sample=sample,
    ),
    MailKind(writing.TRIAL, _("letter tried on oneself"), ignores_night=True, is_for_admins=True),
]
