from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from matching.models.application import Application
from matching.models.programme import Cohort


class MatchRun(models.Model):
    """One computation over a cohort, stored with all that it takes to compute it again."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting to start")
        RUNNING = "running", _("running")
        STOPPING = "stopping", _("being stopped")
        STOPPED = "stopped", _("stopped")
        FAILED = "failed", _("failed")
        DONE = "done", _("ready to review")
        PUBLISHED = "published", _("published")

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    policy = models.JSONField(default=dict)
    # Which ready-made policy was chosen; empty where the cohort's own weights were.
    preset = models.CharField(max_length=20, blank=True)
    seed = models.PositiveBigIntegerField(default=0)
    is_afresh = models.BooleanField(
        default=False, help_text=_("Computed as if nobody in the cohort had a mentor yet.")
    )
    features = models.JSONField(
        default=dict, help_text=_("What the engine read, people as application numbers.")
    )
    plan = models.JSONField(default=dict)
    # What the worker found out for the pages beside the plan: how groups fare, where a place is dear.
    findings = models.JSONField(default=dict)
    # Rises with each change by hand, so that of two admins who change one run, one is told.
    version = models.PositiveIntegerField(default=0)
    progress = models.FloatField(_("progress"), default=0)
    words = models.CharField(_("doing"), max_length=200, blank=True)
    matched = models.PositiveIntegerField(_("matched"), null=True, blank=True)
    worst = models.PositiveIntegerField(_("least good fit"), null=True, blank=True)
    total = models.PositiveBigIntegerField(_("total"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    heard_from_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("match run")
        verbose_name_plural = _("match runs")

    def __str__(self):
        return f"{self.cohort}, {self.pk}"


class Proposal(models.Model):
    """One pair that a run proposes, with its reasons; a mentee without a mentor has a proposal with none."""

    run = models.ForeignKey(MatchRun, on_delete=models.CASCADE, related_name="proposals")
    mentee = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="proposals")
    mentor = models.ForeignKey(
        Application, null=True, blank=True, on_delete=models.CASCADE, related_name="proposals_as_mentor"
    )
    rank = models.PositiveSmallIntegerField(default=1)
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    # How this mentor compares to the mentee's other options: {"options": 312, "better": 2, "best": 8700}.
    standing = models.JSONField(default=dict)
    # [{"code": "took_the_step", "role": "cnio"}, …]: sentences are made of these, in the reader's language.
    reasons = models.JSONField(default=list)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints = [
            models.UniqueConstraint(fields=["run", "mentee", "rank"], name="proposal_one_per_mentee_and_rank")
        ]

    def __str__(self):
        return f"{self.mentee} – {self.mentor}"


class Ruling(models.Model):
    """What an admin decided about a pair of a run, which every computation of it keeps to."""

    class Kind(models.TextChoices):
        LOCK = "lock", _("locked")
        FORBID = "forbid", _("forbidden")

    run = models.ForeignKey(MatchRun, on_delete=models.CASCADE, related_name="rulings")
    mentee = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="+")
    mentor = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("ruling")
        verbose_name_plural = _("rulings")
        constraints = [
            models.UniqueConstraint(fields=["run", "mentee", "mentor"], name="ruling_one_per_pair"),
            models.UniqueConstraint(
                fields=["run", "mentee"], condition=models.Q(kind="lock"), name="ruling_one_lock_per_mentee"
            ),
        ]

    def __str__(self):
        return f"{self.mentee} – {self.mentor}: {self.get_kind_display()}"
