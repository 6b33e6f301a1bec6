"""What somebody who applies can do: begin, save a step, send, withdraw and take the withdrawal back."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import NoticeVersion, Person, PersonRole, Role, Topic
from accounts.services.notices import give_consent
from accounts.services.profile import RoleLine, set_roles
from matching.models import Application, Availability, Block, Cohort, Need, Offer, Stream
from matching.queries.applications import (
    has_mentorship,
    is_done,
    may_change,
    missing_steps,
    notice_to_accept,
)
from matching.services.refusals import (
    CohortClosed,
    HasMentorship,
    Incomplete,
    NotEditable,
    NoticeChanged,
)
from matching.steps import AGREE, FREE, GROWING_INTO, NEEDS, NOT_WITH, OFFERS, PLACE, STEPS, WHAT_I_DO, Step
from outbox.services import queue_mail

State = Application.State
IN_HAND = [State.DRAFT, State.SUBMITTED, State.WAITING, State.ACCEPTED]


@transaction.atomic
def begin_application(cohort: Cohort, person: Person, part: str) -> Application:
    """Begin, or find again, this person's application. Raises CohortClosed."""
    existing = Application.objects.filter(cohort=cohort, person=person, part=part).first()
    if existing:
        return existing
    if not cohort.is_open:
        raise CohortClosed(cohort)
    application, is_new = Application.objects.get_or_create(cohort=cohort, person=person, part=part)
    if is_new:
        _take_over_shared_answers(application)
    return application


def _take_over_shared_answers(application: Application) -> None:
    """Who applies as both is asked once: bring along what the other application holds already."""
    others = Application.objects.filter(cohort=application.cohort_id, person=application.person_id)
    sibling = others.exclude(pk=application.pk).exclude(state=State.WITHDRAWN).first()
    if not sibling:
        return
    application.steps_done = [
        step.slug for step in STEPS if step.is_shared and step != AGREE and is_done(sibling, step)
    ]
    application.save(update_fields=["steps_done"])
    for hours in Availability.objects.filter(application=sibling):
        Availability.objects.create(
            application=application, zone=hours.zone, half_hours=hours.half_hours, varies=hours.varies
        )


@contextmanager
def _saving(application: Application, step: Step) -> Iterator[list[Application]]:
    """Lock what the answer belongs to and mark the step as done. Raises CohortClosed or NotEditable.

    Yields the application, or with it its sibling where both share the step.
    """
    with transaction.atomic():
        locked = {each.pk: each for each in _lock_all(application)}
        current = locked.get(application.pk, application)
        check_may_change(current, step)
        written = (
            [each for each in locked.values() if may_change(each, step)] if step.is_shared else [current]
        )
        yield written
        for each in written:
            _mark_done(each, step)
        application.steps_done = current.steps_done


def check_may_change(application: Application, step: Step) -> None:
    """Raise CohortClosed or NotEditable where this step can no longer be changed."""
    if may_change(application, step):
        return
    if application.state == State.DRAFT:
        raise CohortClosed(application.cohort)
    raise NotEditable(application)


def _lock_all(application: Application) -> list[Application]:
    """All that this person has in this cohort, locked in one order."""
    locked = Application.objects.select_for_update(of=["self"]).select_related("cohort", "person")
    return list(locked.filter(cohort=application.cohort_id, person=application.person_id).order_by("pk"))


def _mark_done(application: Application, step: Step) -> None:
    if step.slug not in application.steps_done:
        application.steps_done.append(step.slug)
        application.save(update_fields=["steps_done"])


def save_what_i_do(application: Application) -> None:
    """Mark that the person has looked after their profile, which `accounts` saves."""
    with _saving(application, WHAT_I_DO):
        pass


def save_needs(application: Application, topics: Iterable[Topic | str]) -> None:
    """Keep what a mentee needs, most wanted first; none is "no fixed goals yet"."""
    with _saving(application, NEEDS):
        application.needs.all().delete()
        Need.objects.bulk_create(
            Need(application=application, rank=rank, **_topic_or_text(topic))
            for rank, topic in enumerate(topics, start=1)
        )


def save_growing_into(
    application: Application,
    *,
    aim: Role | str | None,
    stream: Stream | None,
    discipline_wish: str,
    wants_bridge: bool,
    preferred_language: str,
) -> None:
    """Keep where a mentee is going and what they wish of a mentor."""
    with _saving(application, GROWING_INTO):
        _save_aim(application.person, aim)
        Application.objects.filter(pk=application.pk).update(
            stream=stream,
            discipline_wish=discipline_wish,
            wants_bridge=wants_bridge,
            preferred_language=preferred_language,
        )


def _save_aim(person: Person, aim: Role | str | None) -> None:
    """Put this aim in the place of the first; others that the profile holds stay."""
    how = PersonRole.How.AIM
    others = person.roles.filter(how=how).order_by("pk")[1:]
    lines = [RoleLine(how, role=each.role, text=each.text, since=each.since) for each in others]
    named = [RoleLine(how, text=aim) if isinstance(aim, str) else RoleLine(how, role=aim)] if aim else []
    lines = [line for line in lines if not line.role or line.role != aim]
    set_roles(person, [*named, *lines], among=[how])


def save_offers(application: Application, *, topics: Iterable[Topic | str], capacity: int) -> None:
    """Keep what a mentor can help with and how many mentees they would meet one to one."""
    with _saving(application, OFFERS):
        application.offers.all().delete()
        Offer.objects.bulk_create(Offer(application=application, **_topic_or_text(topic)) for topic in topics)
        Application.objects.filter(pk=application.pk).update(capacity=capacity)


def save_place(application: Application, *, stream: Stream | None, preferred_language: str) -> None:
    """Keep which stream and language a mentor would rather have."""
    with _saving(application, PLACE):
        Application.objects.filter(pk=application.pk).update(
            stream=stream, preferred_language=preferred_language
        )


def save_free(application: Application, *, zone: str, half_hours: list[int], varies: bool) -> None:
    """Keep when a person is usually free."""
    with _saving(application, FREE) as applications:
        for each in applications:
            Availability.objects.update_or_create(
                application=each, defaults={"zone": zone, "half_hours": half_hours, "varies": varies}
            )


def save_not_with(application: Application, typed: Iterable[str]) -> None:
    """Keep whom a person must not be matched with, as typed. Nothing here looks for who that is."""
    with _saving(application, NOT_WITH):
        person = application.person
        person.blocks.all().delete()
        Block.objects.bulk_create(Block(person=person, typed=line) for line in typed)


def _topic_or_text(topic: Topic | str) -> dict:
    return {"text": topic} if isinstance(topic, str) else {"topic": topic}


@transaction.atomic
def submit_application(application: Application, *, agreed_to: NoticeVersion) -> list[Application]:
    """Send this draft, and its sibling with it; sent twice at once it is sent once, and the second time returns none.

    Raises CohortClosed, Incomplete or NoticeChanged.
    """
    drafts = _lock_drafts(application)
    if not drafts:
        return []
    if not application.cohort.is_open:
        raise CohortClosed(application.cohort)
    if missing := _missing(drafts):
        raise Incomplete(missing)
    if agreed_to != notice_to_accept():
        raise NoticeChanged
    give_consent(application.person, agreed_to)
    return _send(drafts, agreed_to)


@transaction.atomic
def agree(application: Application, *, agreed_to: NoticeVersion) -> None:
    """Agree to what is confidential, where an admin entered the application. A second time changes nothing.

    Raises NoticeChanged.
    """
    if agreed_to != notice_to_accept():
        raise NoticeChanged
    mine = Application.objects.filter(
        cohort=application.cohort_id, person=application.person_id, agreed_to=None
    )
    if mine.exclude(state=State.DRAFT).update(agreed_to=agreed_to):
        give_consent(application.person, agreed_to)


def _lock_drafts(application: Application) -> list[Application]:
    drafts = [each for each in _lock_all(application) if each.state == State.DRAFT]
    return drafts if application.pk in {each.pk for each in drafts} else []


def _missing(drafts: list[Application]) -> list[Step]:
    wanted = {step for draft in drafts for step in missing_steps(draft)}
    return [step for step in STEPS if step in wanted]


def _send(drafts: list[Application], agreed_to: NoticeVersion) -> list[Application]:
    now = timezone.now()
    for draft in drafts:
        draft.state = State.SUBMITTED
        draft.submitted_at = now
        draft.agreed_to = agreed_to
    Application.objects.bulk_update(drafts, ["state", "submitted_at", "agreed_to"])
    first = drafts[0]
    queue_mail(
        "application_received",
        key=f"application_received:{first.pk}:{now.isoformat()}",
        person=first.person,
        context={"application": first.pk, "applications": [draft.pk for draft in drafts]},
    )
    return drafts


@transaction.atomic
def withdraw_application(application: Application) -> None:
    """Take an application back; a second time changes nothing. Raises HasMentorship, or NotEditable once declined."""
    locked = Application.objects.select_for_update(of=["self"]).select_related("person", "cohort")
    current = locked.get(pk=application.pk)
    if current.state == State.WITHDRAWN:
        return
    if current.state not in IN_HAND:
        raise NotEditable(current)
    if has_mentorship(current):
        raise HasMentorship(current)
    Application.objects.filter(pk=current.pk).update(state_before=F("state"), state=State.WITHDRAWN)


def resume_application(application: Application) -> None:
    """Undo a withdrawal: the application is again what it was. A second time changes nothing."""
    withdrawn = Application.objects.filter(pk=application.pk, state=State.WITHDRAWN)
    withdrawn.update(state=F("state_before"), state_before="")
