import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedJSONField
from matching.models import Cohort


class Pulse(models.Model):
    """One person's answers to the five short questions, at one stage of a cohort. Nobody else is shown them.

    No admin page has them and no code of matching can reach them; without answers, the person skipped this one.
    """

    class Stage(models.TextChoices):
        START = "start", _("at the start")
        MIDDLE = "middle", _("in the middle")
        END = "end", _("at the end")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    stage = models.CharField(max_length=10, choices=Stage)
    answers = EncryptedJSONField(null=True)
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("pulse")
        verbose_name_plural = _("pulses")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "person", "stage"], name="pulse_once_a_stage"),
        ]

    def __str__(self):
        # Never an answer: whatever prints a row must not tell it.
        return self.get_stage_display()
