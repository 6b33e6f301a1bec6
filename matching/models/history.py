from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matching.models.programme import Cohort

# History outlives what it is about, and is written by triggers: nothing here cascades, and no key is enforced.
LOOSE = {
    "null": True,
    "blank": True,
    "on_delete": models.DO_NOTHING,
    "db_constraint": False,
    "related_name": "+",
}


class Act(models.Model):
    """One request, task, command or transaction, and how much it changed in a cohort. Triggers alone write it."""

    class Actor(models.TextChoices):
        ADMIN = "admin", _("an admin")
        MEMBER = "member", _("members, on their own pages")
        COMMAND = "command", _("a command")
        CLOCK = "clock", _("the programme by itself")
        DATABASE = "database", _("somebody in the database")

    key = models.UUIDField()
    cohort = models.ForeignKey(Cohort, **LOOSE, db_index=False)
    at = models.DateTimeField()
    actor = models.CharField(max_length=10, choices=Actor)
    # Only of admins. What members do bears no name.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, **LOOSE, db_index=False)
    # Which page, command or task; in the database, its user.
    words = models.CharField(max_length=200, blank=True)
    # Of which models, and how many events of each deed: {"application.state.submitted>accepted": 60}.
    touched = ArrayField(models.CharField(max_length=12), default=list)
    counts = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["key", "cohort"], name="act_once_a_cohort", nulls_distinct=False)
        ]
        indexes = [
            models.Index(fields=["cohort", "-at", "-id"], name="act_newest"),
            models.Index(fields=["cohort", "by", "-at", "-id"], name="act_by", condition=Q(by__isnull=False)),
            models.Index(fields=["cohort", "actor", "-at", "-id"], name="act_by_whom"),
            models.Index(fields=["by"], name="act_of_a_person", condition=Q(by__isnull=False)),
            GinIndex(fields=["touched"], name="act_touched"),
            BrinIndex(fields=["at"], name="act_age"),
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor}"


class Event(models.Model):
    """One row was added, changed or deleted. Who is whose application is looked up, never stored here."""

    act = models.ForeignKey(
        Act, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="events"
    )
    at = models.DateTimeField()
    model = models.CharField(max_length=12)
    # Which row; empty once its person has been erased.
    row = models.BigIntegerField(null=True)
    # "application.state.submitted>accepted", "member.insert.mentee", "mentorship.changed.slot+stream", …
    deed = models.CharField(max_length=200)
    # {"taken": [1, 2]}: from, to.
    changes = models.JSONField(default=dict)
    application = models.BigIntegerField(null=True)
    # The second application of a ruling.
    mentor = models.BigIntegerField(null=True)
    mentorship = models.BigIntegerField(null=True)
    run = models.BigIntegerField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["act", "id"], name="event_of_an_act"),
            models.Index(fields=["model", "row", "-id"], name="event_of_a_row"),
            *(
                models.Index(
                    fields=[name, "-id"], name=f"event_of_{name}", condition=Q(**{f"{name}__isnull": False})
                )
                for name in ("application", "mentor", "mentorship", "run")
            ),
            BrinIndex(fields=["at"], name="event_age"),
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.deed}"
