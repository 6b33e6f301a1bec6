"""The mails about applications: what each says, and when it is no longer needed."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from matching.models import Application, Cohort, Programme
from matching.queries.applications import journey, minutes_left
from outbox.kinds import Group, MailKind, register
from outbox.models import Mail

State = Application.State


def register_mails() -> None:
    for kind in KINDS:
        register(kind)


def find(mail: Mail) -> Application | None:
    applications = Application.objects.select_related("cohort__programme", "person")
    return applications.filter(pk=mail.context["application"]).first()


def about(mail: Mail) -> dict:
    return context_of(find(mail))


def about_several(mail: Mail) -> dict:
    parts = Application.objects.filter(pk__in=mail.context["applications"]).values_list("part", flat=True)
    return about(mail) | {"is_both": len(parts) > 1}


def about_unfinished(mail: Mail) -> dict:
    application = find(mail)
    return context_of(application) | {"minutes": minutes_left(journey(application))}


def context_of(application: Application) -> dict:
    cohort = application.cohort
    return {
        "application": application,
        "cohort": cohort,
        "contact": cohort.programme.contact,
        "is_mentor": application.part == Application.Part.MENTOR,
        "url": settings.PUBLIC_URL + reverse("matching:application", args=[application.pk]),
    }


def gone_or(why):
    """A check of the application that a mail is about, or that it is gone."""

    def why_skip(mail: Mail) -> str:
        application = find(mail)
        return why(mail, application) if application else gettext_noop("The application was deleted.")

    return why_skip


def answered_since(mail: Mail, application: Application) -> str:
    return (
        ""
        if application.state == State.SUBMITTED
        else gettext_noop("The application is no longer waiting for an answer.")
    )


def decided_anew(mail: Mail, application: Application) -> str:
    """An undone decision is not told, nor one that was taken back and then taken again: that has a mail of its own."""
    decided_at = datetime.fromisoformat(mail.context["decided_at"])
    stands = application.state == STATE_OF[mail.kind] and application.decided_at == decided_at
    return "" if stands else gettext_noop("The decision was changed before this mail left.")


def no_longer_unfinished(mail: Mail, application: Application) -> str:
    if application.state != State.DRAFT:
        return gettext_noop("The application was sent or withdrawn.")
    return "" if application.cohort.is_open else gettext_noop("Applications have closed.")


STATE_OF = {
    "application_accepted": State.ACCEPTED,
    "application_waiting": State.WAITING,
    "application_declined": State.DECLINED,
}


def sample() -> dict:
    now = timezone.now()
    cohort = Cohort(
        programme=Programme(contact="hello@programme.example"),
        name_en="Autumn cohort",
        name_fr="Promotion d’automne",
        closes_at=now + timedelta(days=12),
        starts_on=(now + timedelta(days=30)).date(),
        ends_on=(now + timedelta(days=210)).date(),
    )
    application = Application(pk=1, cohort=cohort, part=Application.Part.MENTEE, submitted_at=now)
    return context_of(application) | {"minutes": 4, "is_both": False}


def about_entered(mail: Mail) -> dict:
    """Whoever has no password yet is led to where one is chosen."""
    application = find(mail)
    path = "home" if application.person.has_usable_password() else "account_reset_password"
    return context_of(application) | {
        "has_account": application.person.has_usable_password(),
        "door_url": settings.PUBLIC_URL + reverse(path),
    }


def no_longer_in_hand(mail: Mail, application: Application) -> str:
    gone = {State.WITHDRAWN, State.DECLINED}
    return gettext_noop("The application was withdrawn or declined.") if application.state in gone else ""


KINDS = [
    MailKind(
        "application_entered",
        _("application entered by the programme"),
        build=about_entered,
        why_skip=gone_or(no_longer_in_hand),
        sample=lambda: (
            sample()
            | {"has_account": False, "door_url": settings.PUBLIC_URL + reverse("account_reset_password")}
        ),
        group=Group.JOINING,
        says=_("That the programme entered an application for you"),
    ),
    MailKind(
        "application_received",
        _("application received"),
        build=about_several,
        why_skip=gone_or(answered_since),
        sample=sample,
        ignores_night=True,
        group=Group.JOINING,
        says=_("That your application has arrived"),
    ),
    MailKind(
        "application_accepted",
        _("application accepted"),
        build=about,
        why_skip=gone_or(decided_anew),
        sample=sample,
        group=Group.JOINING,
        says=_("The answer to your application"),
    ),
    MailKind(
        "application_waiting",
        _("application on the waiting list"),
        build=about,
        why_skip=gone_or(decided_anew),
        sample=sample,
        group=Group.JOINING,
        says=_("That your application waits for a place"),
    ),
    MailKind(
        "application_declined",
        _("application declined"),
        build=about,
        why_skip=gone_or(decided_anew),
        sample=sample,
        group=Group.JOINING,
        says=_("That an application cannot be taken"),
    ),
    MailKind(
        "application_unfinished",
        _("unfinished application"),
        build=about_unfinished,
        why_skip=gone_or(no_longer_unfinished),
        sample=sample,
        is_essential=False,
        may_wait_for_digest=True,
        group=Group.JOINING,
        says=_("A reminder of an application that you have begun"),
    ),
]
