import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedTextField, SealedQuerySet
from accounts.models import PersonRole
from matching.models.application import Application
from matching.models.programme import Cohort, Stream
from matching.models.run import MatchRun


class Kind(models.TextChoices):
    ONE_TO_ONE = "one_to_one", _("one to one")
    GROUP = "group", _("group")


class Mentorship(models.Model):
    """People who meet: one to one, or a group. One-to-one is a group of two."""

    class State(models.TextChoices):
        FORMING = "forming", _("being formed")
        HELD = "held", _("published, on hold")
        INTRODUCED = "introduced", _("introduced")
        ENDED = "ended", _("ended")
        CANCELLED = "cancelled", _("cancelled")

    Kind = Kind

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="mentorships")
    stream = models.ForeignKey(
        Stream, null=True, blank=True, on_delete=models.SET_NULL, related_name="mentorships"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=120, blank=True, help_text=_("Groups only."))
    run = models.ForeignKey(
        MatchRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="mentorships"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.FORMING)
    reasons = models.JSONField(default=list, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    hold_ends_at = models.DateTimeField(_("hold ends"), null=True, blank=True)
    introduced_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Without a day of its own it ends with its cohort.
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateField(_("paused until"), null=True, blank=True)
    # The mentorship in whose place it came, after a re-match.
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="followed_by"
    )
    # The weekly half hour, UTC, in which everybody of a group is free: Monday 00:00 is 0.
    slot = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("mentorship")
        verbose_name_plural = _("mentorships")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="held") | models.Q(hold_ends_at__isnull=False),
                name="mentorship_on_hold_knows_until_when",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="introduced") | models.Q(introduced_at__isnull=False),
                name="mentorship_introduced_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(paused_until=None) | models.Q(paused_at__isnull=False),
                name="mentorship_paused_knows_since_when",
            ),
        ]
        indexes = [
            models.Index(fields=["hold_ends_at"], name="mentorship_on_hold", condition=models.Q(state="held"))
        ]

    def __str__(self):
        return self.name or f"{self.get_kind_display()} {self.pk}"


class Member(models.Model):
    """A person's place in a mentorship."""

    class Part(models.TextChoices):
        MENTOR = "mentor", _("mentor")
        COFACILITATOR = "cofacilitator", _("co-facilitator")
        MENTEE = "mentee", _("mentee")

    mentorship = models.ForeignKey(Mentorship, on_delete=models.CASCADE, related_name="members")
    application = models.ForeignKey(Application, on_delete=models.RESTRICT, related_name="memberships")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    part = models.CharField(_("as"), max_length=15, choices=Part)
    rank = models.PositiveSmallIntegerField(default=1)
    joined_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(null=True, blank=True)
    # "Not this person", said during the hold: private, without fault.
    declined_at = models.DateTimeField(null=True, blank=True)
    # Copied from the mentorship for the constraint below.
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(
                fields=["mentorship", "person"], condition=models.Q(left_at=None), name="member_once"
            ),
            models.UniqueConstraint(
                fields=["cohort", "person", "rank"],
                condition=models.Q(part="mentee", kind="one_to_one", left_at=None),
                name="member_one_active_mentor_of_each_rank",
                violation_error_message=_("This mentee has a mentor in this cohort already."),
            ),
            models.UniqueConstraint(
                fields=["cohort", "person"],
                condition=models.Q(part="mentee", kind="group", left_at=None),
                name="member_one_active_group_per_mentee",
                violation_error_message=_("This mentee is in a group of this cohort already."),
            ),
        ]

    def __str__(self):
        return f"{self.person} ({self.get_part_display()})"

    @property
    def what_they_do(self) -> str:
        """Roles, not the official title: with it and without it in one line."""
        roles = [role for role in self.person.roles.all() if role.how != PersonRole.How.AIM]
        return " · ".join(
            gettext("%(role)s, without the title") % {"role": role}
            if role.how == PersonRole.How.UNTITLED
            else str(role)
            for role in roles
        )


class Turn(models.Model):
    """An admin paused, extended, resumed, re-matched or ended a mentorship, and why. Nobody in it is shown why."""

    class What(models.TextChoices):
        PAUSED = "paused", _("paused")
        RESUMED = "resumed", _("resumed")
        EXTENDED = "extended", _("extended")
        REMATCHED = "rematched", _("matched again")
        ENDED = "ended", _("ended")

    class Because(models.TextChoices):
        DONE = "done", _("They reached what they came for")
        TIME = "time", _("There is no time for it")
        NO_FIT = "no_fit", _("It is not a fit")
        LEFT = "left", _("Somebody left the programme")
        NEVER_MET = "never_met", _("They never met")
        OTHER = "other", _("Something else")
        UNSAID = "unsaid", _("Not said")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mentorship = models.ForeignKey(Mentorship, on_delete=models.CASCADE, related_name="turns")
    what = models.CharField(max_length=10, choices=What)
    because = models.CharField(_("reason"), max_length=10, choices=Because, default=Because.UNSAID)
    words = EncryptedTextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    objects = SealedQuerySet.as_manager()

    class Meta:
        ordering = ["at"]
        verbose_name = _("turn")
        verbose_name_plural = _("turns")

    def __str__(self):
        return f"{self.mentorship}: {self.get_what_display()}"
