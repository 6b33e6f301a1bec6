"""What an application says, step by step, in lines to read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils import formats
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.languages import language_name
from accounts.models import PersonRole
from matching.models import Application, Need, Offer
from matching.steps import (
    AGREE,
    FREE,
    GROWING_INTO,
    NEEDS,
    NOT_WITH,
    OFFERS,
    PLACE,
    WHAT_I_DO,
    Step,
    steps_of,
)

HALF_HOURS_A_DAY = 48


@dataclass(frozen=True)
class Answer:
    step: Step
    lines: list[str]


def answers_of(application: Application) -> list[Answer]:
    """All that its author reads of it."""
    return [Answer(step, list(LINES[step](application))) for step in steps_of(application.part)]


def with_answers(applications):
    """A queryset with everything that the answers are made of."""
    return applications.select_related(
        "cohort__programme", "person__organisation", "stream", "availability", "agreed_to__notice"
    ).prefetch_related("needs__topic", "offers__topic", "person__roles__role", "person__disciplines")


def roles(application: Application) -> list[str]:
    """What the person does, those without the title first: they are what a title would not say."""
    held = [role for role in application.person.roles.all() if role.how != PersonRole.How.AIM]
    held.sort(key=lambda role: role.how == PersonRole.How.TITLED)
    return [f"{role.label} · {role.get_how_display()}" for role in held]


def aims(application: Application) -> list[str]:
    return [role.label for role in application.person.roles.all() if role.how == PersonRole.How.AIM]


def topics(chosen: Iterable[Need | Offer], *, shows_sensitive: bool = True) -> list[str]:
    """Labels; a sensitive topic is matched on, and read by its author alone."""
    return [
        each.label if shows_sensitive or not each.topic_id or not each.topic.sensitive else _("kept private")
        for each in chosen
    ]


def hours(application: Application) -> list[str]:
    """Each day with its hours, "Tuesday 12:00 to 14:00, 18:00 to 19:00"."""
    kept = getattr(application, "availability", None)
    if kept is None:
        return []
    return [
        f"{WEEKDAYS[day]} {', '.join(spans)}" for day in range(7) if (spans := _spans(kept.half_hours, day))
    ]


def _spans(half_hours: Iterable[int], day: int) -> list[str]:
    first = day * HALF_HOURS_A_DAY
    held = sorted(slot - first for slot in half_hours if first <= slot < first + HALF_HOURS_A_DAY)
    starts = [slot for slot in held if slot - 1 not in held]
    ends = [slot + 1 for slot in held if slot + 1 not in held]
    return [
        _("%(start)s to %(end)s") % {"start": _clock(start), "end": _clock(end)}
        for start, end in zip(starts, ends, strict=True)
    ]


def _clock(slot: int) -> str:
    return f"{slot // 2:02}:{slot % 2 * 30:02}"


def places(application: Application) -> str:
    if not application.capacity:
        return _("Groups only")
    count = application.capacity
    return ngettext("%(count)s mentee, one to one", "%(count)s mentees, one to one", count) % {"count": count}


def wishes(application: Application) -> Iterator[str]:
    """Stream and language, and of a mentee what they wish of a mentor."""
    if application.part == Application.Part.MENTEE:
        if application.discipline_wish != Application.DisciplineWish.NO_MATTER:
            yield application.get_discipline_wish_display()
        if application.wants_bridge:
            yield _("A mentor from the other side: NHS or industry")
    if application.stream_id:
        yield _("Stream: %(stream)s") % {"stream": application.stream}
    if application.preferred_language:
        name = language_name(application.preferred_language, get_language())
        yield _("Language: %(language)s") % {"language": name}


def _needs(application):
    return topics(application.needs.all()) or _if_done(application, NEEDS, _("No fixed goals yet"))


def _growing_into(application):
    return [*aims(application), *wishes(application)] or _if_done(
        application, GROWING_INTO, _("No preference")
    )


def _offers(application):
    chosen = topics(application.offers.all())
    return [*chosen, places(application)] if chosen else []


def _place(application):
    return list(wishes(application)) or _if_done(application, PLACE, _("No preference"))


def _free(application):
    kept = getattr(application, "availability", None)
    return [*hours(application), *([_("My rota varies")] if kept and kept.varies else [])]


def _not_with(application):
    count = application.person.blocks.count()
    if not count:
        return _if_done(application, NOT_WITH, _("Nobody"))
    return [
        ngettext("%(count)s name, kept private", "%(count)s names, kept private", count) % {"count": count}
    ]


def _agreed(application):
    if not application.agreed_to_id:
        return []
    dated = formats.date_format(application.agreed_to.dated, "DATE_FORMAT")
    return [_("You agreed to the version of %(date)s") % {"date": dated}]


def _if_done(application: Application, step: Step, line: str) -> list[str]:
    return [line] if step.slug in application.steps_done else []


LINES = {
    WHAT_I_DO: roles,
    NEEDS: _needs,
    GROWING_INTO: _growing_into,
    OFFERS: _offers,
    PLACE: _place,
    FREE: _free,
    NOT_WITH: _not_with,
    AGREE: _agreed,
}
