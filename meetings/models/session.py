import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from matching.models import Cohort, Mentorship, Stream

MOST_SEATS = 500
SHORTEST_MINUTES, LONGEST_MINUTES = 10, 8 * 60


def new_uid() -> str:
    return str(uuid.uuid4())


class Plan(models.Model):
    """What a series and each of its sessions have in common: for whom, who leads, when by the wall clock, where."""

    # Of a mentorship, or open to a whole cohort, or to one of its streams.
    mentorship = models.ForeignKey(Mentorship, null=True, blank=True, on_delete=models.CASCADE)
    cohort = models.ForeignKey(Cohort, null=True, blank=True, on_delete=models.PROTECT)
    stream = models.ForeignKey(Stream, null=True, blank=True, on_delete=models.PROTECT)
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("host"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    cohost = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("co-host"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    title = models.CharField(_("title"), max_length=120)
    expect = models.TextField(_("what to expect"), max_length=2000, blank=True)
    # What the clock on the wall shows; the instants of a session follow from it, never the other way round.
    day = models.DateField(_("day"))
    at = models.TimeField(_("starts at"))
    zone = models.CharField(_("time zone"), max_length=64)
    minutes = models.PositiveSmallIntegerField(
        _("length in minutes"),
        default=60,
        validators=[MinValueValidator(SHORTEST_MINUTES), MaxValueValidator(LONGEST_MINUTES)],
    )
    # Shown to people with a seat alone.
    video_url = models.URLField(_("link of the video call"), max_length=500, blank=True)
    room = models.CharField(_("room"), max_length=300, blank=True)
    seats = models.PositiveSmallIntegerField(
        _("seats"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_SEATS)],
        help_text=_("Beside the hosts. Empty: one for everybody in the mentorship."),
    )
    uid = models.CharField(max_length=120, unique=True, default=new_uid, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


def of_a_mentorship_or_open() -> Q:
    return Q(mentorship__isnull=False, cohort=None, stream=None) | Q(mentorship=None, cohort__isnull=False)


class Series(Plan):
    """Sessions that come again by the wall clock; `day` is the first. Every occurrence is a row of its own."""

    class Every(models.TextChoices):
        WEEK = "week", _("every week")
        FORTNIGHT = "fortnight", _("every two weeks")
        MONTH = "month", _("every month, on the same weekday")
        LAST = "last", _("every month, on the last such weekday")

    every = models.CharField(_("how often"), max_length=10, choices=Every)
    until = models.DateField(_("until"), help_text=_("The last day on which a session may be."))
    # Where "this and all that follow" was changed, the rest became a series of its own.
    continues = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="continued_by"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = [
            models.CheckConstraint(
                condition=of_a_mentorship_or_open(), name="series_of_a_mentorship_or_open"
            ),
            models.CheckConstraint(condition=Q(until__gte=F("day")), name="series_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(seats=None) | Q(seats__range=(1, MOST_SEATS)), name="series_has_sensible_seats"
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def is_one_event(self) -> bool:
        """Its people are always the same, so that calendars hold it as one event with a rule."""
        return self.mentorship_id is not None and self.seats is None


class Session(Plan):
    """A meeting of a mentorship, or one open to a cohort or stream."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        CANCELLED = "cancelled", _("cancelled")

    series = models.ForeignKey(
        Series, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    # The day that the rule of the series gave it, whatever it was moved to since.
    original_day = models.DateField(null=True, blank=True, editable=False)
    starts_at = models.DateTimeField(editable=False)
    ends_at = models.DateTimeField(editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    # Going and offered. A trigger on the seats keeps it, so that no program can overbook.
    taken = models.PositiveSmallIntegerField(default=0, editable=False)
    attendance_noted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        indexes = [
            models.Index(fields=["starts_at"], name="session_to_come", condition=Q(state="planned")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=of_a_mentorship_or_open(), name="session_of_a_mentorship_or_open"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(seats=None) | Q(seats__range=(1, MOST_SEATS)), name="session_has_sensible_seats"
            ),
            models.CheckConstraint(
                condition=Q(seats=None) | Q(taken__lte=F("seats")),
                name="session_never_overbooked",
                violation_error_message=_("All seats of this session are taken."),
            ),
            models.CheckConstraint(
                condition=Q(mentorship__isnull=False) | Q(seats__isnull=False),
                name="session_open_ones_have_seats",
                violation_error_message=_("Say how many seats an open session has."),
            ),
            models.UniqueConstraint(fields=["series", "original_day"], name="session_once_per_day_of_series"),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | Q(cancelled_at__isnull=False),
                name="session_cancelled_has_a_time",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def is_cancelled(self) -> bool:
        return self.state == self.State.CANCELLED

    @property
    def is_moved(self) -> bool:
        return self.original_day is not None and self.original_day != self.day


class Seat(models.Model):
    """A person's place in a session. Host and co-host have none: they are there anyway."""

    class State(models.TextChoices):
        GOING = "going", _("going")
        OFFERED = "offered", _("a seat is offered")
        WAITING = "waiting", _("on the waiting list")
        CANNOT = "cannot", _("cannot come")

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="places")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="seats")
    state = models.CharField(_("state"), max_length=10, choices=State)
    # In order of arrival; it stays, so that an offer that lapsed shows where it came from.
    queue_no = models.PositiveIntegerField(null=True, blank=True)
    offer_expires_at = models.DateTimeField(null=True, blank=True)
    # Empty while a seat is merely kept for a member who has said nothing yet.
    answered_at = models.DateTimeField(null=True, blank=True)
    # Noted by the host afterwards; empty until then.
    attended = models.BooleanField(_("was there"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints = [
            models.UniqueConstraint(fields=["session", "person"], name="seat_one_per_person_and_session"),
            models.UniqueConstraint(fields=["session", "queue_no"], name="seat_one_per_place_in_the_queue"),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(queue_no__isnull=False), name="seat_waiting_has_a_number"
            ),
            models.CheckConstraint(
                condition=Q(state="offered", offer_expires_at__isnull=False)
                | (~Q(state="offered") & Q(offer_expires_at=None)),
                name="seat_offered_until",
            ),
        ]
        indexes = [
            models.Index(fields=["offer_expires_at"], name="seat_offers", condition=Q(state="offered")),
        ]

    def __str__(self):
        return f"{self.person} ({self.get_state_display()})"
