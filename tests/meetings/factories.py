"""Sessions, series and introduced mentorships for tests, with plain defaults."""

from datetime import date, time, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from matching.models import Cohort, Member, Mentorship
from meetings.models import Series, Session
from meetings.moments import span
from meetings.recurrence import days_of
from tests.matching.factories import ApplicationFactory, CohortFactory


def introduced(
    *, mentees: int = 1, cofacilitators: int = 0, cohort: Cohort | None = None, name: str = ""
) -> Mentorship:
    """A mentor and so many mentees who know each other; one to one if there is one mentee and nobody helps."""
    is_group = mentees > 1 or cofacilitators > 0
    mentorship = Mentorship.objects.create(
        cohort=cohort or CohortFactory(),
        kind=Mentorship.Kind.GROUP if is_group else Mentorship.Kind.ONE_TO_ONE,
        name=name or ("The circle" if is_group else ""),
        state=Mentorship.State.INTRODUCED,
        introduced_at=timezone.now() - timedelta(days=30),
    )
    parts = [Member.Part.MENTOR, *[Member.Part.COFACILITATOR] * cofacilitators]
    for part in [*parts, *[Member.Part.MENTEE] * mentees]:
        join(mentorship, part)
    return mentorship


def join(mentorship: Mentorship, part: str = Member.Part.MENTEE, **person) -> Member:
    is_mentor = part != Member.Part.MENTEE
    application = ApplicationFactory(accepted=True, mentor=is_mentor, cohort=mentorship.cohort, **person)
    return Member.objects.create(
        mentorship=mentorship,
        application=application,
        person=application.person,
        part=part,
        cohort=mentorship.cohort,
        kind=mentorship.kind,
    )


def mentor_of(mentorship: Mentorship):
    return mentorship.members.get(part=Member.Part.MENTOR).person


def mentees_of(mentorship: Mentorship) -> list:
    return [one.person for one in mentorship.members.filter(part=Member.Part.MENTEE).select_related("person")]


def in_a_week() -> date:
    return timezone.localdate() + timedelta(days=7)


class PlanFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    class Params:
        # Open to a cohort; its host is an accepted mentor of it.
        open = factory.Trait(
            mentorship=None,
            cohort=factory.SubFactory(CohortFactory),
            seats=5,
            host=factory.LazyAttribute(
                lambda plan: ApplicationFactory(accepted=True, mentor=True, cohort=plan.cohort).person
            ),
        )

    mentorship = factory.LazyFunction(introduced)
    host = factory.LazyAttribute(lambda plan: mentor_of(plan.mentorship))
    title = factory.Sequence(lambda n: f"Session {n}")
    day = factory.LazyFunction(in_a_week)
    at = time(18, 0)
    zone = "Europe/London"
    minutes = 60
    video_url = "https://video.example/room"


class SessionFactory(PlanFactory):
    """In a week, of a mentorship of its own, or `open=True`; `past=True` was a week ago. Tells nobody, keeps no seat."""

    class Meta:
        model = Session

    class Params:
        past = factory.Trait(day=factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=7)))
        cancelled = factory.Trait(
            state=Session.State.CANCELLED, cancelled_at=factory.LazyFunction(timezone.now)
        )
        group = factory.Trait(mentorship=factory.LazyFunction(lambda: introduced(mentees=6)))

    starts_at = factory.LazyAttribute(lambda one: span(one.day, one.at, one.zone, one.minutes)[0])
    ends_at = factory.LazyAttribute(lambda one: span(one.day, one.at, one.zone, one.minutes)[1])


class SeriesFactory(PlanFactory):
    """Every week for six weeks, with a session on each day; `sessions=False` leaves those out."""

    class Meta:
        model = Series
        skip_postgeneration_save = True

    every = Series.Every.WEEK
    until = factory.LazyAttribute(lambda series: series.day + timedelta(weeks=5))

    @factory.post_generation
    def sessions(self, create, wanted, **kwargs):
        if wanted is False:
            return
        same = ["mentorship", "cohort", "stream", "host", "cohost", "title", "at", "zone", "minutes", "seats"]
        for day in days_of(self.day, self.every, self.until):
            SessionFactory(
                series=self,
                day=day,
                original_day=day,
                video_url=self.video_url,
                **{name: getattr(self, name) for name in same},
            )
