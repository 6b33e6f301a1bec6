from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import NoticeVersion, Topic
from matching.models.programme import Cohort, Stream

MOST_PLACES = 8
HALF_HOURS_A_WEEK = 7 * 48


class Part(models.TextChoices):
    MENTEE = "mentee", _("mentee")
    MENTOR = "mentor", _("mentor")


class Application(models.Model):
    """A person asks to join a cohort as mentee or as mentor; who wants both has two."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        ACCEPTED = "accepted", _("accepted")
        WAITING = "waiting", _("waiting")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class DisciplineWish(models.TextChoices):
        NO_MATTER = "any", _("It does not matter")
        SAME = "same", _("Somebody of my discipline")
        DIFFERENT = "different", _("Somebody of another discipline")

    Part = Part

    cohort = models.ForeignKey(
        Cohort, verbose_name=_("cohort"), on_delete=models.PROTECT, related_name="applications"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="applications",
    )
    part = models.CharField(_("as"), max_length=6, choices=Part)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    # What it was before it was withdrawn, so that a mis-click can be undone.
    state_before = models.CharField(max_length=10, choices=State, blank=True)
    stream = models.ForeignKey(
        Stream,
        verbose_name=_("stream"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="applications",
    )
    discipline_wish = models.CharField(
        max_length=10, choices=DisciplineWish, default=DisciplineWish.NO_MATTER
    )
    wants_bridge = models.BooleanField(
        default=False, help_text=_("A mentor from the other side: NHS or industry.")
    )
    preferred_language = models.CharField(max_length=8, blank=True)
    capacity = models.PositiveSmallIntegerField(
        _("places"),
        default=0,
        help_text=_("Mentees this mentor offers to meet one to one; 0 is groups only."),
    )
    taken = models.PositiveSmallIntegerField(_("places taken"), default=0, editable=False)
    is_floor_lifted = models.BooleanField(_("may be matched without a common need or role"), default=False)
    steps_done = ArrayField(models.CharField(max_length=20), default=list, blank=True, editable=False)
    agreed_to = models.ForeignKey(
        NoticeVersion, null=True, blank=True, on_delete=models.PROTECT, editable=False
    )
    # By an admin, from a sheet: its person has agreed to nothing yet.
    was_entered = models.BooleanField(default=False, editable=False)
    began_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "person", "part"],
                name="application_one_per_part",
                violation_error_message=_("There is an application of this person as this part already."),
            ),
            models.CheckConstraint(
                condition=models.Q(capacity__lte=MOST_PLACES),
                name="application_capacity_within_reach",
                violation_error_message=_("A mentor can offer 0 to 8 places."),
            ),
            models.CheckConstraint(
                condition=models.Q(taken__lte=models.F("capacity")),
                name="application_not_overfilled",
                violation_error_message=_("This mentor has fewer places than mentees already matched."),
            ),
            models.CheckConstraint(
                condition=models.Q(part=Part.MENTOR) | models.Q(capacity=0),
                name="application_only_mentors_offer_places",
            ),
        ]
        indexes = [models.Index(fields=["cohort", "part", "state"], name="application_by_state")]

    def __str__(self):
        return f"{self.person} ({self.get_part_display()})"


class Need(models.Model):
    """A topic a mentee wants help with, most wanted first."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="needs")
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=200, blank=True)
    rank = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["rank"]
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "rank"],
                name="need_one_per_rank",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                fields=["application", "topic"],
                name="need_topic_once",
                condition=models.Q(topic__isnull=False),
            ),
            models.CheckConstraint(
                condition=models.Q(topic__isnull=False) | ~models.Q(text=""), name="need_says_something"
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        return self.topic.label if self.topic_id else self.text


class Offer(models.Model):
    """A topic a mentor can help with."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="offers")
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "topic"],
                name="offer_topic_once",
                condition=models.Q(topic__isnull=False),
            ),
            models.CheckConstraint(
                condition=models.Q(topic__isnull=False) | ~models.Q(text=""), name="offer_says_something"
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        return self.topic.label if self.topic_id else self.text


class Availability(models.Model):
    """When a person is usually free: half hours of a week, Monday 00:00 is 0, wall-clock time in `zone`."""

    application = models.OneToOneField(
        Application, primary_key=True, on_delete=models.CASCADE, related_name="availability"
    )
    zone = models.CharField(max_length=64)
    half_hours = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    varies = models.BooleanField(_("my rota varies"), default=False)

    class Meta:
        verbose_name = _("availability")
        verbose_name_plural = _("availabilities")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(half_hours__contained_by=list(range(HALF_HOURS_A_WEEK))),
                name="availability_within_a_week",
            )
        ]

    def __str__(self):
        return str(self.application)


class Block(models.Model):
    """Somebody not to be matched with, as typed. Only the encoder of a run reads it; it is in no admin page."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks")
    typed = models.CharField(max_length=254)

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints = [models.UniqueConstraint(fields=["person", "typed"], name="block_once")]

    def __str__(self):
        return f"block {self.pk}"


class ApplicationNote(models.Model):
    """What an admin notes about an application for other admins. It is part of its person's data."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField(_("note"), max_length=2000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("note")
        verbose_name_plural = _("notes")

    def __str__(self):
        return f"{self.application}, {self.at:%Y-%m-%d}"
