"""Programmes, cohorts and applications for tests, with plain defaults."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from matching.models import Application, Availability, Cohort, Need, Offer, Programme, Stream
from tests.accounts.factories import PersonFactory

SLOTS_IN_AN_HOUR = 2
SLOTS_IN_A_DAY = 48


class ProgrammeFactory(DjangoModelFactory):
    class Meta:
        model = Programme

    slug = factory.Sequence(lambda n: f"programme-{n}")
    name_en = "Digital Health Mentoring"
    name_fr = "Mentorat en santé numérique"
    contact = "hello@programme.example"


class CohortFactory(DjangoModelFactory):
    """Open for applications, unless a trait says otherwise."""

    class Meta:
        model = Cohort

    class Params:
        closed = factory.Trait(
            opens_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=60)),
            closes_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=1)),
        )
        not_yet_open = factory.Trait(
            opens_at=factory.LazyFunction(lambda: timezone.now() + timedelta(days=7)),
            closes_at=factory.LazyFunction(lambda: timezone.now() + timedelta(days=40)),
        )
        without_hold = factory.Trait(hold_days=0)

    programme = factory.SubFactory(ProgrammeFactory)
    slug = factory.Sequence(lambda n: f"cohort-{n}")
    name_en = factory.Sequence(lambda n: f"Cohort {n}")
    name_fr = factory.Sequence(lambda n: f"Promotion {n}")
    opens_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=10))
    closes_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=20))
    starts_on = factory.LazyFunction(lambda: (timezone.now() + timedelta(days=40)).date())
    ends_on = factory.LazyFunction(lambda: (timezone.now() + timedelta(days=220)).date())


class StreamFactory(DjangoModelFactory):
    class Meta:
        model = Stream

    cohort = factory.SubFactory(CohortFactory)
    slug = factory.Sequence(lambda n: f"stream-{n}")
    name_en = factory.Sequence(lambda n: f"Stream {n}")
    name_fr = factory.Sequence(lambda n: f"Filière {n}")


class ApplicationFactory(DjangoModelFactory):
    """A mentee's draft. Topics in order: `needs=[topic, "in my own words"]`, `offers=[…]`; hours: `free={1: [18, 19]}`."""

    class Meta:
        model = Application
        skip_postgeneration_save = True

    class Params:
        mentor = factory.Trait(part=Application.Part.MENTOR, capacity=2)
        submitted = factory.Trait(
            state=Application.State.SUBMITTED, submitted_at=factory.LazyFunction(timezone.now)
        )
        accepted = factory.Trait(
            state=Application.State.ACCEPTED,
            submitted_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=3)),
            decided_at=factory.LazyFunction(timezone.now),
        )

    cohort = factory.SubFactory(CohortFactory)
    person = factory.SubFactory(PersonFactory)
    part = Application.Part.MENTEE

    @factory.post_generation
    def needs(self, create, wanted, **kwargs):
        for rank, topic in enumerate(wanted or [], start=1):
            Need.objects.create(application=self, rank=rank, **topic_or_text(topic))

    @factory.post_generation
    def offers(self, create, wanted, **kwargs):
        for topic in wanted or []:
            Offer.objects.create(application=self, **topic_or_text(topic))

    @factory.post_generation
    def free(self, create, wanted, **kwargs):
        if wanted is not None:
            give_hours(self, wanted)


def topic_or_text(topic) -> dict:
    return {"text": topic} if isinstance(topic, str) else {"topic": topic}


def half_hours(hours: dict[int, list[int]]) -> list[int]:
    """The half hours of whole hours by weekday: `{1: [18]}` is Tuesday 18:00 to 19:00."""
    return sorted(
        day * SLOTS_IN_A_DAY + hour * SLOTS_IN_AN_HOUR + half
        for day, wanted in hours.items()
        for hour in wanted
        for half in range(SLOTS_IN_AN_HOUR)
    )


def give_hours(
    application, hours: dict[int, list[int]], *, zone="Europe/London", varies=False
) -> Availability:
    return Availability.objects.create(
        application=application, zone=zone, half_hours=half_hours(hours), varies=varies
    )
