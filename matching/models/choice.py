from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matching.models.application import Application

MOST_CHOICES = 5


class Choice(models.Model):
    """A mentor whom a mentee would like, in the mentee's order, where a cohort lets mentees choose.

    One at a time is asked; who is asked after that is nobody else's to see.
    """

    class State(models.TextChoices):
        LISTED = "listed", _("on the list")
        ASKED = "asked", _("asked")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("not possible")
        EXPIRED = "expired", _("not answered")
        WITHDRAWN = "withdrawn", _("taken back")

    mentee = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="choices")
    mentor = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="chosen_by")
    rank = models.PositiveSmallIntegerField()
    words = models.CharField(_("a word to the mentor"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.LISTED)
    asked_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["rank"]
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        constraints = [
            models.UniqueConstraint(
                fields=["mentee", "rank"],
                condition=~Q(state="withdrawn"),
                name="choice_one_per_rank",
            ),
            models.UniqueConstraint(
                fields=["mentee", "mentor"], condition=~Q(state="withdrawn"), name="choice_mentor_once"
            ),
            models.UniqueConstraint(
                fields=["mentee"], condition=Q(state__in=["asked", "accepted"]), name="choice_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(rank__gte=1, rank__lte=MOST_CHOICES), name="choice_within_five"
            ),
            models.CheckConstraint(
                condition=~Q(state="asked") | Q(asked_at__isnull=False, expires_at__isnull=False),
                name="choice_asked_knows_until_when",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="choice_asked", condition=Q(state="asked")),
        ]

    def __str__(self):
        return f"{self.mentee} – {self.mentor}"
