from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """A page that an admin can edit: privacy, confidentiality, conduct, accessibility, concerns."""

    slug = models.SlugField(_("short name"), unique=True)
    title_en = models.CharField(_("title in English"), max_length=120)
    title_fr = models.CharField(_("title in French"), max_length=120)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")

    def __str__(self):
        return self.title

    @property
    def title(self) -> str:
        return self.title_fr if get_language() == "fr" else self.title_en


class VersionQuerySet(models.QuerySet):
    def with_acceptance(self):
        """Each version with whether somebody has accepted it."""
        accepted = Consent.objects.filter(version=models.OuterRef("pk"))
        return self.annotate(is_accepted=models.Exists(accepted))


class NoticeVersion(models.Model):
    """What a notice said from one day on. A version that somebody accepted is never deleted."""

    notice = models.ForeignKey(
        Notice, verbose_name=_("notice"), on_delete=models.PROTECT, related_name="versions"
    )
    dated = models.DateField(_("dated"))
    en = models.TextField(_("English"), help_text=_("Markdown"))
    fr = models.TextField(_("French"), help_text=_("Markdown"))

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["-dated"]
        get_latest_by = "dated"
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "dated"],
                name="notice_one_version_a_day",
                violation_error_message=_(
                    "There is a version of that day already. Edit it, or choose another day."
                ),
            )
        ]

    def __str__(self):
        return f"{self.notice} ({self.dated.isoformat()})"

    @property
    def text(self) -> str:
        return self.fr if get_language() == "fr" else self.en


class Consent(models.Model):
    """A person accepted one dated version of a notice."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents")
    version = models.ForeignKey(NoticeVersion, on_delete=models.PROTECT, related_name="consents")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "version"],
                condition=models.Q(withdrawn_at=None),
                name="consent_one_in_force_per_version",
            )
        ]

    def __str__(self):
        return f"{self.person}: {self.version}"
