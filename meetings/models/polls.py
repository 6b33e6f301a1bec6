from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matching.models import Mentorship
from meetings.models.session import Session

MOST_TIMES = 3


class TimePoll(models.Model):
    """Up to three times for one session of a mentorship, of which its people say which they can."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")
        BOOKED = "booked", _("booked")
        WITHDRAWN = "withdrawn", _("withdrawn")

    mentorship = models.ForeignKey(Mentorship, on_delete=models.CASCADE, related_name="polls")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    title = models.CharField(_("title"), max_length=120)
    minutes = models.PositiveSmallIntegerField(_("length in minutes"), default=60)
    # Of the clock on the wall that the times were proposed by.
    zone = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    closes_at = models.DateTimeField()
    session = models.OneToOneField(
        Session, null=True, blank=True, on_delete=models.SET_NULL, related_name="poll"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("poll for a time")
        verbose_name_plural = _("polls for a time")
        constraints = [
            models.UniqueConstraint(
                fields=["mentorship"],
                condition=Q(state="open"),
                name="poll_one_open_per_mentorship",
                violation_error_message=_("There is an open poll for a time already."),
            ),
        ]
        indexes = [models.Index(fields=["closes_at"], name="poll_open", condition=Q(state="open"))]

    def __str__(self):
        return self.title


class TimeOption(models.Model):
    """One of the proposed times."""

    poll = models.ForeignKey(TimePoll, on_delete=models.CASCADE, related_name="options")
    day = models.DateField()
    at = models.TimeField()
    starts_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = _("proposed time")
        verbose_name_plural = _("proposed times")
        constraints = [
            models.UniqueConstraint(fields=["poll", "starts_at"], name="poll_time_once"),
        ]

    def __str__(self):
        return f"{self.day} {self.at:%H:%M}"


class TimeVote(models.Model):
    """Whether somebody can come at a proposed time."""

    option = models.ForeignKey(TimeOption, on_delete=models.CASCADE, related_name="votes")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="time_votes")
    can = models.BooleanField()
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("answer to a proposed time")
        verbose_name_plural = _("answers to proposed times")
        constraints = [
            models.UniqueConstraint(fields=["option", "person"], name="poll_one_answer_per_time"),
        ]

    def __str__(self):
        return f"{self.person_id}: {self.can}"
