from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from matching.models.programme import Cohort, Stream
from matching.models.run import MatchRun


class GroupRun(models.Model):
    """One computation of the groups of a stream, open to changes by hand until its groups are formed."""

    State = MatchRun.State

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="group_runs")
    stream = models.ForeignKey(
        Stream, null=True, blank=True, on_delete=models.SET_NULL, related_name="group_runs"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    # Fewest and most mentees, co-facilitators, whether employers are mixed: as it was asked.
    asked = models.JSONField(default=dict)
    seed = models.PositiveBigIntegerField(default=0)
    # [{"lead": application, "cofacilitators": [...], "mentees": [...], "slot": half hour}, …]
    groups = models.JSONField(default=list)
    value = models.PositiveBigIntegerField(null=True, blank=True)
    bound = models.PositiveBigIntegerField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    progress = models.FloatField(_("progress"), default=0)
    words = models.CharField(_("doing"), max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    heard_from_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("group run")
        verbose_name_plural = _("group runs")

    def __str__(self):
        return f"{self.stream or self.cohort}, {self.pk}"
