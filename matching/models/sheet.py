from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matching.models.application import Part
from matching.models.programme import Cohort


class Sheet(models.Model):
    """A spreadsheet of applications on its way in. Its cells are forgotten as soon as they are imported."""

    cohort = models.ForeignKey(
        Cohort, verbose_name=_("cohort"), on_delete=models.CASCADE, related_name="sheets"
    )
    name = models.CharField(_("file"), max_length=120)
    headers = models.JSONField(default=list)
    # [number, [cell, …]] of each row, as they were sent.
    rows = models.JSONField(default=list)
    # Which column of ours each heading means, "" where it is not read.
    meanings = models.JSONField(default=list)
    part_unless_said = models.CharField(
        _("whoever's row does not say it is"), max_length=6, choices=Part, blank=True
    )
    left_out = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("sent by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    sent_at = models.DateTimeField(_("sent"), auto_now_add=True)
    imported_at = models.DateTimeField(_("imported"), null=True, blank=True)
    imported = models.PositiveIntegerField(_("applications"), null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("imported sheet")
        verbose_name_plural = _("imported sheets")
        constraints = [
            models.CheckConstraint(
                condition=Q(imported_at=None) | Q(rows=[]), name="sheet_forgets_its_cells_once_imported"
            )
        ]

    def __str__(self):
        return self.name
