"""The mails about what becomes of a mentorship: paused, resumed, extended, near its end, ended, matched anew.

They say what changes and what to do, never why: the reason is the admin's, and no template is given it.
"""

from datetime import date, timedelta
from functools import partial

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from matching.encounters import Encounter
from matching.mails_mentorships import sample_encounter
from matching.models import Member, Mentorship, Turn
from matching.queries.mentorships import STAYED, last_day_of, member_for_mail
from matching.services.telling import ENDING, TURNED
from outbox.kinds import Group, MailKind, register
from outbox.models import Mail

State, What = Mentorship.State, Turn.What


def register_mails() -> None:
    for kind in KINDS:
        register(kind)


def about(mail: Mail) -> dict:
    member = member_for_mail(mail.context["member"])
    return context_of(Encounter(member.mentorship, member))


def context_of(encounter: Encounter) -> dict:
    mentorship = encounter.mentorship
    return {
        "encounter": encounter,
        "cohort": mentorship.cohort,
        "contact": mentorship.cohort.programme.contact,
        "last_day": last_day_of(mentorship),
        "paused_until": mentorship.paused_until,
        "url": settings.PUBLIC_URL + reverse("matching:mentorship", args=[mentorship.pk]),
    }


def place_of(mail: Mail) -> Member | None:
    """The reader's place, where they are still in it or were until its end."""
    places = Member.objects.filter(STAYED, pk=mail.context["member"])
    return places.select_related("mentorship__cohort").first()


def unless(mail: Mail, *, is_so, reason: str) -> str:
    place = place_of(mail)
    if place is None:
        return "The mentorship was deleted, or this person has left it."
    return "" if is_so(place.mentorship) else reason


def no_longer_paused(mail: Mail) -> str:
    return unless(mail, is_so=lambda one: one.paused_at, reason="It was resumed before this left.")


def no_longer_going_on(mail: Mail) -> str:
    return unless(
        mail,
        is_so=lambda one: one.state == State.INTRODUCED and not one.paused_at,
        reason="It was paused or ended before this left.",
    )


def no_longer_under_way(mail: Mail) -> str:
    return unless(mail, is_so=lambda one: one.state == State.INTRODUCED, reason="It ended before this left.")


def no_longer_so_near(mail: Mail) -> str:
    day = date.fromisoformat(mail.context["last_day"])
    return unless(
        mail,
        is_so=lambda one: one.state == State.INTRODUCED and last_day_of(one) == day,
        reason="It ended, or was given another last day, before this left.",
    )


def gone_from_it(mail: Mail) -> str:
    return unless(mail, is_so=lambda one: True, reason="")


# --- Previews ---------------------------------------------------------------------------------


def sample() -> dict:
    encounter = sample_encounter(kind=Mentorship.Kind.ONE_TO_ONE)
    encounter.mentorship.paused_until = encounter.mentorship.cohort.ends_on - timedelta(days=90)
    return context_of(encounter)


kind_of = partial(MailKind, build=about, sample=sample, group=Group.MENTORING)

KINDS = [
    kind_of(
        TURNED[What.PAUSED],
        _("a mentorship is paused"),
        why_skip=no_longer_paused,
        says=_("That your mentorship is paused, and until when"),
    ),
    kind_of(
        TURNED[What.RESUMED],
        _("a mentorship goes on"),
        why_skip=no_longer_going_on,
        says=_("That your mentorship goes on after a pause"),
    ),
    kind_of(
        TURNED[What.EXTENDED],
        _("a mentorship is extended"),
        why_skip=no_longer_under_way,
        says=_("That your mentorship goes on for longer"),
    ),
    kind_of(
        ENDING,
        _("a mentorship is near its end"),
        why_skip=no_longer_so_near,
        says=_("Two weeks before it ends, how to close your mentorship well"),
    ),
    kind_of(
        TURNED[What.ENDED],
        _("a mentorship has ended"),
        why_skip=gone_from_it,
        says=_("That your mentorship has come to its end"),
    ),
    kind_of(
        TURNED[What.REMATCHED],
        _("a mentorship ends for another match"),
        why_skip=gone_from_it,
        says=_("That your mentorship ends because of another match"),
    ),
]
