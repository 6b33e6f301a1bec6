from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

MOST_IN_A_GROUP = 12


class Programme(models.Model):
    """A mentoring programme on this install."""

    slug = models.SlugField(_("short name"), unique=True, help_text=_("It stands in addresses."))
    name_en = models.CharField(_("name in English"), max_length=120)
    name_fr = models.CharField(_("name in French"), max_length=120)
    summary_en = models.TextField(_("summary in English"), max_length=600, blank=True)
    summary_fr = models.TextField(_("summary in French"), max_length=600, blank=True)
    contact = models.EmailField(_("address for questions"), blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        return self.name_fr if get_language() == "fr" else self.name_en

    @property
    def summary(self) -> str:
        return self.summary_fr if get_language() == "fr" else self.summary_en


class Cohort(models.Model):
    """One run of a programme, with its dates and its matching policy."""

    programme = models.ForeignKey(
        Programme, verbose_name=_("programme"), on_delete=models.PROTECT, related_name="cohorts"
    )
    slug = models.SlugField(_("short name"), unique=True, help_text=_("It stands in addresses."))
    name_en = models.CharField(_("name in English"), max_length=120)
    name_fr = models.CharField(_("name in French"), max_length=120)
    opens_at = models.DateTimeField(_("applications open"))
    closes_at = models.DateTimeField(_("applications close"))
    starts_on = models.DateField(_("starts"))
    ends_on = models.DateField(_("ends"))
    hold_days = models.PositiveSmallIntegerField(
        _("working days of hold"),
        default=3,
        validators=[MaxValueValidator(20)],
        help_text=_("Between publishing and the introduction. 0 introduces at once."),
    )
    policy = models.JSONField(default=dict, blank=True, help_text=_("Weights that differ from the defaults."))
    group_mentees_least = models.PositiveSmallIntegerField(
        _("fewest mentees of a group"),
        default=6,
        validators=[MinValueValidator(2), MaxValueValidator(MOST_IN_A_GROUP)],
    )
    group_mentees_most = models.PositiveSmallIntegerField(
        _("most mentees of a group"),
        default=8,
        validators=[MinValueValidator(2), MaxValueValidator(MOST_IN_A_GROUP)],
    )
    group_cofacilitators = models.PositiveSmallIntegerField(
        _("co-facilitators of a group"),
        default=1,
        validators=[MaxValueValidator(2)],
        help_text=_("Beside the mentor who leads it."),
    )
    group_mixes_employers = models.BooleanField(
        _("at most one person of each organisation in a group"), default=True
    )
    lets_mentees_choose = models.BooleanField(
        _("mentees may choose"),
        default=False,
        help_text=_("Mentees name up to five mentors in their order, and mentors answer."),
    )

    class Meta:
        ordering = ["-starts_on"]
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")),
                name="cohort_closes_after_it_opens",
                violation_error_message=_("Applications must close after they open."),
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("starts_on")),
                name="cohort_ends_after_it_starts",
                violation_error_message=_("A cohort must end after it starts."),
            ),
            models.CheckConstraint(
                condition=models.Q(group_mentees_most__gte=models.F("group_mentees_least")),
                name="cohort_groups_have_room",
                violation_error_message=_("The most mentees of a group cannot be fewer than the fewest."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        return self.name_fr if get_language() == "fr" else self.name_en

    @property
    def is_open(self) -> bool:
        return self.opens_at <= timezone.now() < self.closes_at

    @property
    def has_closed(self) -> bool:
        return self.closes_at <= timezone.now()


class Stream(models.Model):
    """A theme inside a cohort."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="streams")
    slug = models.SlugField(_("short name"))
    name_en = models.CharField(_("name in English"), max_length=120)
    name_fr = models.CharField(_("name in French"), max_length=120)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("stream")
        verbose_name_plural = _("streams")
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "slug"],
                name="stream_one_per_cohort_and_slug",
                violation_error_message=_("This cohort has a stream of this short name already."),
            )
        ]

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        return self.name_fr if get_language() == "fr" else self.name_en
