from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Mail(models.Model):
    """One mail to one reader, written in the transaction of its cause and delivered afterwards."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting to leave")
        SENDING = "sending", _("leaving now")
        RETRYING = "retrying", _("to be tried again")
        SENT = "sent", _("handed to the mail server")
        FAILED = "failed", _("refused")
        SKIPPED = "skipped", _("no longer needed")
        GATHERED = "gathered", _("inside the weekly digest")
        IN_DOUBT = "in_doubt", _("may or may not have left")

    key = models.CharField(_("cause"), max_length=200, unique=True)
    # Without an index: a mail is rewritten three times on its way, and each index with it.
    kind = models.SlugField(_("kind"), max_length=60, db_index=False)
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
    # How often whoever held it stopped, or took too long, before beginning it.
    fellings = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=200, blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    # A VCALENDAR and its iTIP method, for a mail that brings an event along.
    calendar = models.TextField(blank=True)
    calendar_method = models.CharField(max_length=20, blank=True)
    # The digest that it went with instead of leaving by itself.
    digest = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="gathered"
    )
    # An English sentence that the pages translate; `answer` is what the mail server said, word for word.
    note = models.CharField(_("what happened"), max_length=300, blank=True)
    answer = models.CharField(_("the mail server's answer"), max_length=500, blank=True)
    queued_at = models.DateTimeField(auto_now_add=True)
    rendered_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    wiped_at = models.DateTimeField(null=True, blank=True)
    # It left, and was sent back later: the state stays what it was, since that is what our side did.
    bounced_at = models.DateTimeField(_("came back"), null=True, blank=True)
    bounce = models.CharField(_("why it came back"), max_length=300, blank=True)

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
            models.Index(fields=["message_id"], name="mail_by_message_id"),
            models.Index(
                fields=["-bounced_at"], name="mail_bounced", condition=models.Q(bounced_at__isnull=False)
            ),
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


class Preference(models.Model):
    """How somebody wishes to get a kind of mail; without one it comes at once."""

    class How(models.TextChoices):
        WEEKLY = "weekly", _("once a week, with others")
        NEVER = "never", _("not at all")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_preferences"
    )
    kind = models.SlugField(max_length=60)
    how = models.CharField(max_length=10, choices=How)

    class Meta:
        verbose_name = _("mail preference")
        verbose_name_plural = _("mail preferences")
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="preference_one_per_person_and_kind")
        ]

    def __str__(self):
        return f"{self.kind}: {self.get_how_display()}"


class Silence(models.Model):
    """Somebody wants no mail before this day but what cannot wait."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="mail_silence"
    )
    until = models.DateField(_("until this day"))

    class Meta:
        verbose_name = _("pause of a reader")
        verbose_name_plural = _("pauses of readers")

    def __str__(self):
        return str(self.until)


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


class Letter(models.Model):
    """What an admin writes to a cohort, a group, a session: one mail to each person, in the language they read."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SENT = "sent", pgettext_lazy("letter", "sent")
        TAKEN_BACK = "taken_back", pgettext_lazy("letter", "taken back")

    audience = models.CharField(_("to"), max_length=120)
    # How the audience was called when the letter left; it may be renamed, or gone, by the time somebody looks.
    audience_name = models.CharField(max_length=200, blank=True)
    subject_en = models.CharField(_("subject in English"), max_length=150, blank=True)
    body_en = models.TextField(_("text in English"), max_length=10_000, blank=True)
    subject_fr = models.CharField(_("subject in French"), max_length=150, blank=True)
    body_fr = models.TextField(_("text in French"), max_length=10_000, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    # Rises with each change, so that of two people who edit or send it at once one is told.
    version = models.PositiveIntegerField(default=1)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("sent by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    readers = models.PositiveIntegerField(_("readers"), default=0)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="draft") | models.Q(sent_at__isnull=False),
                name="letter_sent_has_a_time",
            )
        ]

    def __str__(self):
        return self.subject_en or self.subject_fr or f"{self._meta.verbose_name} {self.pk}"


class Wording(models.Model):
    """What an admin made of the sentences of one kind of mail, in one language; the shipped ones stand where it is silent."""

    kind = models.SlugField(max_length=60)
    language = models.CharField(max_length=8)
    sentences = models.JSONField(default=dict, help_text=_("Our sentence, as templates have it: theirs."))
    closing = models.TextField(max_length=2_000, blank=True)
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")
        constraints = [models.UniqueConstraint(fields=["kind", "language"], name="wording_one_per_language")]

    def __str__(self):
        return f"{self.kind} ({self.language})"


class Pause(models.Model):
    """A kind of which nothing leaves until an admin says so; what is queued meanwhile waits."""

    kind = models.SlugField(max_length=60, unique=True)
    since = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["since"]
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")

    def __str__(self):
        return self.kind


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
