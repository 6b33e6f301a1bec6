from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.sorting import SortKey


class CatalogueEntry(models.Model):
    """One choice of a picker, in both languages. A slug never changes its meaning."""

    slug = models.SlugField(_("short name"), unique=True)
    family = models.SlugField(_("family"), blank=True)
    en = models.CharField(_("English"), max_length=120)
    fr = models.CharField(_("French"), max_length=120)
    aliases = ArrayField(
        models.CharField(max_length=120), verbose_name=_("aliases in English"), default=list, blank=True
    )
    aliases_fr = ArrayField(
        models.CharField(max_length=120), verbose_name=_("aliases in French"), default=list, blank=True
    )
    sensitive = models.BooleanField(
        _("sensitive"),
        default=False,
        help_text=_("Matched on, and never printed in a reason, a mail or an export."),
    )
    is_hidden = models.BooleanField(
        _("hidden"), default=False, help_text=_("Kept where it was chosen, no longer offered.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    # Set when an admin edits; the loader leaves such entries alone.
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        return self.fr if get_language() == "fr" else self.en


class Role(CatalogueEntry):
    """What somebody may do in digital health, whatever their contract calls it."""

    class Meta(CatalogueEntry.Meta):
        verbose_name = _("role")
        verbose_name_plural = _("roles")


class Discipline(CatalogueEntry):
    class Meta(CatalogueEntry.Meta):
        verbose_name = _("discipline")
        verbose_name_plural = _("disciplines")


class Topic(CatalogueEntry):
    """What a mentee may need and a mentor may offer."""

    class Meta(CatalogueEntry.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")


class Situation(CatalogueEntry):
    class Meta(CatalogueEntry.Meta):
        verbose_name = _("situation")
        verbose_name_plural = _("situations")


class Sector(CatalogueEntry):
    class Meta(CatalogueEntry.Meta):
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")


class Organisation(models.Model):
    """An employer, with the names people give it. A merged one points to the one that stays."""

    name = models.CharField(_("name"), max_length=160)
    aliases = ArrayField(
        models.CharField(max_length=160), verbose_name=_("aliases"), default=list, blank=True
    )
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged",
    )
    sort_key = models.GeneratedField(
        expression=SortKey("name"), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        ordering = ["sort_key"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.UniqueConstraint(
                fields=["sort_key"],
                name="organisation_one_per_name",
                violation_error_message=_("There is an organisation of this name already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("pk")), name="organisation_not_merged_into_itself"
            ),
        ]

    def __str__(self):
        return self.name
