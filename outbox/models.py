from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Mail(models.Model):
    """One mail to one reader, written in the transaction of its cause and delivered afterwards."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting to leave")
        SENDING = "sending", _("leaving now")
        RETRYING = "retrying", _("to be tried again")
        SENT = "sent", _("handed to the mail server")
        FAILED = "failed", _("refused")
        SKIPPED = "skipped", _("no longer needed")
        IN_DOUBT = "in_doubt", _("may or may not have left")

    key = models.CharField(_("cause"), max_length=200, unique=True)
    kind = models.SlugField(_("kind"), max_length=60)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="mails"
    )
    to = models.EmailField(_("to"))
    reply_to = models.EmailField(_("reply to"), blank=True)
    language = models.CharField(max_length=8, default="en")
    context = models.JSONField(
        default=dict, help_text=_("Primary keys and plain values; what the kind renders from.")
    )
    # A sign-in code goes before a thousand invitations.
    is_urgent = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    not_before = models.DateTimeField(_("not before"))
    expires_at = models.DateTimeField(_("of no use after"), null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    # Set just before the mail server is spoken to: a lapsed lease without it has surely sent nothing.
    started_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=200, blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    # A VCALENDAR and its iTIP method, for a mail that brings an event along.
    calendar = models.TextField(blank=True)
    calendar_method = models.CharField(max_length=20, blank=True)
    # An English sentence that the pages translate; `answer` is what the mail server said, word for word.
    note = models.CharField(_("what happened"), max_length=300, blank=True)
    answer = models.CharField(_("the mail server's answer"), max_length=500, blank=True)
    queued_at = models.DateTimeField(auto_now_add=True)
    rendered_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    wiped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = [
            models.Index(
                fields=["-is_urgent", "not_before"],
                name="mail_due",
                condition=models.Q(state__in=["queued", "retrying"]),
            ),
            models.Index(fields=["leased_until"], name="mail_leased", condition=models.Q(state="sending")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="sending") | models.Q(leased_until__isnull=False),
                name="mail_sending_has_a_lease",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False),
                name="mail_sent_has_a_time",
            ),
        ]

    def __str__(self):
        # Never the subject: the admin puts this everywhere, and a subject may hold a code.
        return self.key

    @property
    def may_be_sent_again(self) -> bool:
        return self.state in {self.State.FAILED, self.State.IN_DOUBT} and self.wiped_at is None


class Suppression(models.Model):
    """An address that refused mail for good; nothing is sent there until an admin lifts it."""

    address = models.EmailField(unique=True)
    reason = models.CharField(max_length=300)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(address=Lower("address")), name="suppression_is_lower_case"
            )
        ]

    def __str__(self):
        return self.address


class Beat(models.Model):
    """When something last happened that the health page watches."""

    class Name(models.TextChoices):
        TASK = "task", _("a task came to deliver due mail")
        SWEEP = "sweep", _("a worker looked for itself")
        TROUBLE = "trouble", _("the mail server could not be used")

    name = models.CharField(max_length=20, choices=Name, unique=True)
    at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self):
        return self.get_name_display()
