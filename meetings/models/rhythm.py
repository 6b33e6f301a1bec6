"""How often people meet, how it goes, and when they wish to be reminded."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedTextField
from matching.models import Mentorship

LONGEST_DAYS_BETWEEN = 120


class ReminderChoice(models.Model):
    """When somebody wishes to be reminded of their sessions. Who has chosen nothing has no row."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="reminder_choice"
    )
    # Empty: no reminder at all.
    minutes_before = ArrayField(models.PositiveIntegerField(), default=list, blank=True)

    class Meta:
        verbose_name = _("choice of reminders")
        verbose_name_plural = _("choices of reminders")

    def __str__(self):
        return str(self.person)


class Rhythm(models.Model):
    """How often the people of a mentorship have agreed to meet."""

    mentorship = models.OneToOneField(
        Mentorship, primary_key=True, on_delete=models.CASCADE, related_name="rhythm"
    )
    days = models.PositiveSmallIntegerField(
        _("days from one meeting to the next"),
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_DAYS_BETWEEN)],
    )

    class Meta:
        verbose_name = _("agreed rhythm")
        verbose_name_plural = _("agreed rhythms")
        constraints = [
            models.CheckConstraint(
                condition=Q(days__range=(1, LONGEST_DAYS_BETWEEN)), name="rhythm_of_sensible_days"
            )
        ]

    def __str__(self):
        return str(self.mentorship)


class MetElsewhere(models.Model):
    """Somebody says that they met without a session here: no place and no time are invented for it."""

    mentorship = models.ForeignKey(Mentorship, on_delete=models.CASCADE, related_name="met_elsewhere")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    said_at = models.DateTimeField(default=timezone.now)
    # Which day it was is not asked; one word a day and person is enough.
    said_on = models.DateField(default=timezone.localdate)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("meeting elsewhere")
        verbose_name_plural = _("meetings elsewhere")
        constraints = [
            models.UniqueConstraint(
                fields=["mentorship", "person", "said_on"], name="met_elsewhere_once_a_day"
            )
        ]

    def __str__(self):
        return f"{self.mentorship} {self.said_on}"


class FitCheck(models.Model):
    """What one person answered when asked whether a match is right for them. Private, and nobody's fault.

    Admins never see a row of this: only that a mentorship asks for another match, and who said so where that
    person ticked that the programme may write to them.
    """

    class Stage(models.TextChoices):
        START = "start", _("before a first meeting")
        FIRST = "first", _("after the first meetings")
        HALFWAY = "halfway", _("half-way")

    class Answer(models.TextChoices):
        GOOD = "good", _("It is good for me")
        UNSURE = "unsure", _("I am not sure")
        NOT_A_FIT = "not_a_fit", _("It is not a fit")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mentorship = models.ForeignKey(Mentorship, on_delete=models.CASCADE, related_name="fit_checks")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    stage = models.CharField(max_length=10, choices=Stage)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer)
    # For oneself: nobody else is shown them.
    words = EncryptedTextField(_("a few words for yourself"), max_length=1000, blank=True, default="")
    may_be_written_to = models.BooleanField(default=False)
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("fit check")
        verbose_name_plural = _("fit checks")
        constraints = [
            models.UniqueConstraint(fields=["mentorship", "person", "stage"], name="fit_check_once_a_stage"),
            models.CheckConstraint(
                condition=Q(may_be_written_to=False) | Q(answer="not_a_fit"),
                name="fit_check_names_only_who_asks",
            ),
        ]

    def __str__(self):
        # Never the answer: whatever prints a row must not tell it.
        return f"{self.get_stage_display()}"
