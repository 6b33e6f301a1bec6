"""What is private to a mentorship. No admin page shows any of it.

Rows have random keys, which the sealed text is bound to and which tell nothing of the order in which they were made.
"""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedJSONField, EncryptedTextField, SealedQuerySet
from matching.models import Mentorship
from meetings.models.session import Session

MOST_MINUTES_OF_LEARNING = 24 * 60


class PrivateRow(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    objects = SealedQuerySet.as_manager()

    class Meta:
        abstract = True


class SessionNeed(PrivateRow):
    """What somebody asks to talk about at a session.

    Of an anonymous one nothing leads to its author: no column, no time, no place in an order of arrival. Its mark
    is sealed, and answers one question only: "is it this person's?" (`meetings.marks`).
    """

    class Kind(models.TextChoices):
        NEED = "need", _("need")
        CASE = "case", _("decision case")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        COVERED = "covered", _("talked about")

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="needs")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="session_needs"
    )
    is_anonymous = models.BooleanField(default=False)
    mark = EncryptedTextField(null=True)
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.NEED)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    # Given by the host. Those without stand behind, by their random keys.
    position = models.PositiveSmallIntegerField(null=True)
    # How often it was carried over from an earlier session.
    carried = models.PositiveSmallIntegerField(default=0)
    body = EncryptedTextField()
    # Of a decision case: options, what matters, and afterwards what was decided.
    case = EncryptedJSONField(null=True)

    class Meta:
        ordering = [models.F("position").asc(nulls_last=True), "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_anonymous=True, author=None, mark__isnull=False)
                | Q(is_anonymous=False, author__isnull=False, mark__isnull=True),
                name="need_has_an_author_unless_anonymous",
            ),
            models.CheckConstraint(
                condition=Q(kind="case", case__isnull=False) | Q(kind="need", case__isnull=True),
                name="need_case_has_its_parts",
            ),
            models.UniqueConstraint(
                fields=["session", "position"],
                name="need_one_per_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self):
        return f"need {self.pk}"

    @property
    def is_case(self) -> bool:
        return self.kind == self.Kind.CASE

    # By name: a template that asks a dictionary for what it lacks has all of it written to the log.
    @property
    def options(self) -> str:
        return (self.case or {}).get("options", "")

    @property
    def matters(self) -> str:
        return (self.case or {}).get("matters", "")

    @property
    def decided(self) -> str:
        return (self.case or {}).get("decided", "")

    @property
    def is_covered(self) -> bool:
        return self.state == self.State.COVERED


class MeToo(PrivateRow):
    need = models.ForeignKey(SessionNeed, on_delete=models.CASCADE, related_name="me_toos")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["need", "person"], name="me_too_once")]

    def __str__(self):
        return f"me too {self.pk}"


def of_a_mentorship_or_session() -> Q:
    return Q(mentorship__isnull=False) | Q(session__isnull=False)


class Note(PrivateRow):
    """One page of notes: of a session or a mentorship as a whole; everybody's together, or one person's own."""

    # Also of a session that belongs to one, so that the notes of a mentorship are found at once.
    mentorship = models.ForeignKey(Mentorship, null=True, on_delete=models.CASCADE, related_name="notes")
    session = models.ForeignKey(Session, null=True, on_delete=models.CASCADE, related_name="notes")
    # Whose own it is; empty: shared.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="own_notes"
    )
    # Who wrote in a shared one: it goes with the last of them.
    writers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="shared_notes")
    body = EncryptedTextField()
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=of_a_mentorship_or_session(), name="note_is_of_something"),
            models.UniqueConstraint(
                fields=["mentorship", "session", "owner"],
                name="note_one_page_each",
                nulls_distinct=False,
            ),
        ]

    def __str__(self):
        return f"note {self.pk}"

    @property
    def is_shared(self) -> bool:
        return self.owner_id is None


class Action(PrivateRow):
    """Something that somebody of a mentorship, or of an open session, will do."""

    mentorship = models.ForeignKey(Mentorship, null=True, on_delete=models.CASCADE, related_name="actions")
    session = models.ForeignKey(Session, null=True, on_delete=models.CASCADE, related_name="actions")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="actions")
    body = EncryptedTextField()
    due_on = models.DateField(null=True)
    done_on = models.DateField(null=True)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=of_a_mentorship_or_session(), name="action_is_of_something"),
        ]

    def __str__(self):
        return f"action {self.pk}"


class Goal(PrivateRow):
    """What somebody wants to reach in a mentorship; their own unless they share it."""

    mentorship = models.ForeignKey(Mentorship, on_delete=models.CASCADE, related_name="goals")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="goals")
    body = EncryptedTextField()
    is_shared = models.BooleanField(default=False)
    reached_on = models.DateField(null=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"goal {self.pk}"


def hours_in_words(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    said = ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours} if hours else ""
    left = gettext("%(n)s min") % {"n": rest} if rest else ""
    return " ".join(part for part in (said, left) if part)


class LearningEntry(PrivateRow):
    """What somebody learned by mentoring, for their own record of professional development."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="learning")
    day = models.DateField()
    minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES_OF_LEARNING)]
    )
    body = EncryptedTextField()

    class Meta:
        ordering = ["-day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__range=(1, MOST_MINUTES_OF_LEARNING)), name="learning_takes_time"
            ),
        ]

    def __str__(self):
        return f"learning {self.pk}"

    @property
    def hours(self) -> str:
        return hours_in_words(self.minutes)


class EmergencyEvent(models.Model):
    """One line of the audit log of emergency access. A trigger lets nobody change or delete one.

    It refers to nobody by key: neither a deleted mentorship nor a deleted admin may alter it.
    """

    class What(models.TextChoices):
        OPENED = "opened", _("opened")
        DELAY_APPROVED = "delay_approved", _("telling later was approved")
        TOLD = "told", _("its people were told")

    access = models.UUIDField(_("access"))
    what = models.CharField(_("what happened"), max_length=20, choices=What)
    at = models.DateTimeField(_("when"))
    mentorship_number = models.BigIntegerField(_("mentorship"))
    by = models.CharField(_("by"), max_length=254, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    # Asked for when it was opened: tell its people only then, if a second admin agrees.
    tell_at = models.DateTimeField(_("tell its people on"), null=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("emergency access")
        verbose_name_plural = _("emergency accesses")
        constraints = [
            models.UniqueConstraint(fields=["access", "what"], name="emergency_each_step_once"),
            models.CheckConstraint(
                condition=~Q(what="opened") | ~Q(reason="") & ~Q(by=""), name="emergency_has_a_reason"
            ),
        ]

    def __str__(self):
        return f"{self.get_what_display()} ({self.access})"
