"""The mail that tells the programme's admins of a session that nobody hosts any more."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from meetings.models import Session
from meetings.queries.planning import without_host
from meetings.queries.sessions import with_people
from meetings.services.hosts import NO_HOST
from outbox.kinds import Group, MailKind, register
from outbox.models import Mail

HAS_A_HOST = gettext_noop("The session has a host again, is over or was cancelled.")


def register_mails() -> None:
    register(
        MailKind(
            NO_HOST,
            _("a session without a host"),
            build=about,
            why_skip=why_skip,
            sample=sample,
            group=Group.PROGRAMME,
            is_for_admins=True,
        )
    )


def about(mail: Mail) -> dict:
    return context_of(with_people(Session.objects.all()).get(pk=mail.context["session"]))


def context_of(session: Session) -> dict:
    page = reverse("admin:meetings_session_change", args=[session.pk or 1])
    return {"session": session, "url": f"{settings.PUBLIC_URL}{page}"}


def why_skip(mail: Mail) -> str:
    is_orphan = without_host(timezone.now()).filter(pk=mail.context["session"]).exists()
    return "" if is_orphan else HAS_A_HOST


def sample() -> dict:
    starts_at = timezone.now() + timedelta(days=4)
    session = Session(title=gettext("Nursing and midwifery circle"), starts_at=starts_at, ends_at=starts_at)
    return context_of(session)
