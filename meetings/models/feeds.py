from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings.models.session import Series, Session


class Feed(models.Model):
    """A person's calendar under an address of its own. The address is reckoned, never stored: the row only says which one counts."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed"
    )
    # A new address is the next version; every earlier one is worth nothing from then on.
    version = models.PositiveIntegerField(default=1)
    # What the calendar said when it was last fetched, and since when, so that nothing new need not be sent again.
    digest = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField(auto_now_add=True)
    fetched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")

    def __str__(self):
        return str(self.person)


class CalendarReply(models.Model):
    """What somebody's calendar answered to an invitation; the newest counts."""

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        TENTATIVE = "tentative", _("maybe")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    series = models.ForeignKey(Series, null=True, on_delete=models.CASCADE, related_name="+")
    # Empty where the answer is to a whole series.
    session = models.ForeignKey(Session, null=True, on_delete=models.CASCADE, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer)
    sequence = models.PositiveIntegerField()
    stamped_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("answer from a calendar")
        verbose_name_plural = _("answers from calendars")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "series", "session"],
                name="calendar_reply_one_per_event",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(series__isnull=False) | models.Q(session__isnull=False),
                name="calendar_reply_to_something",
            ),
        ]

    def __str__(self):
        return f"{self.person}: {self.answer}"
