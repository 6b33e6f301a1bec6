from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.signing import Signer
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.catalogue import Discipline, Organisation, Role, Sector, Situation
from accounts.sorting import SortKey


class Region(models.TextChoices):
    EAST = "east-of-england", _("East of England")
    LONDON = "london", _("London")
    MIDLANDS = "midlands", _("Midlands")
    NORTH_EAST = "north-east-yorkshire", _("North East and Yorkshire")
    NORTH_WEST = "north-west", _("North West")
    SOUTH_EAST = "south-east", _("South East")
    SOUTH_WEST = "south-west", _("South West")
    SCOTLAND = "scotland", _("Scotland")
    WALES = "wales", _("Wales")
    NORTHERN_IRELAND = "northern-ireland", _("Northern Ireland")
    IRELAND = "ireland", _("Ireland")
    ELSEWHERE = "elsewhere", _("Elsewhere")


class PersonManager(BaseUserManager):
    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)

    def create_user(self, email, password=None, **fields):
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


def spoken_by_default() -> list[str]:
    return ["en"]


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody of the programme. The mail address is the login; there is no user name."""

    email = models.EmailField(_("mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120, help_text=_("As you wish to be called."))
    sort_key = models.GeneratedField(
        expression=SortKey("name"), output_field=models.TextField(), db_persist=True
    )
    pronouns = models.CharField(_("pronouns"), max_length=40, blank=True)
    official_title = models.CharField(_("official title"), max_length=160, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="people",
    )
    disciplines = models.ManyToManyField(
        Discipline, verbose_name=_("disciplines"), blank=True, related_name="people"
    )
    sectors = models.ManyToManyField(Sector, verbose_name=_("sectors"), blank=True, related_name="people")
    situations = models.ManyToManyField(
        Situation, verbose_name=_("situations"), blank=True, related_name="people"
    )
    other_discipline = models.CharField(_("another discipline"), max_length=160, blank=True)
    other_sector = models.CharField(_("another sector"), max_length=160, blank=True)
    other_situation = models.CharField(_("something else"), max_length=160, blank=True)
    region = models.CharField(_("region"), max_length=30, choices=Region, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/London")
    language = models.CharField(_("language of pages and mail"), max_length=8, default="en")
    spoken_languages = ArrayField(
        models.CharField(max_length=8), verbose_name=_("spoken languages"), default=spoken_by_default
    )
    about = models.TextField(_("in your own words"), max_length=1500, blank=True)
    is_staff = models.BooleanField(_("programme admin"), default=False)
    is_active = models.BooleanField(_("account open"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = PersonManager()

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["sort_key"]
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="person_one_per_address",
                violation_error_message=_("There is an account for this address already."),
            )
        ]

    def __str__(self):
        return self.name or self.email

    def get_short_name(self):
        return self.name.split(" ")[0] if self.name else self.email

    @property
    def zone(self) -> ZoneInfo:
        """The person's time zone; the programme's where theirs has become unknown."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo(settings.TIME_ZONE)

    @property
    def photo_url(self) -> str:
        """Where the photo is, "" without one. The seal in it opens this photo, as it is now, to signed-in people."""
        photo = getattr(self, "photo", None)
        if not photo:
            return ""
        return f"{reverse('accounts:photo', args=[self.pk])}?seal={photo.seal}"

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


class PersonRole(models.Model):
    """What a person really does, with the title or without it, or is growing into."""

    class How(models.TextChoices):
        TITLED = "titled", _("with the title")
        UNTITLED = "untitled", _("without the title")
        AIM = "aim", _("growing into")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="roles")
    role = models.ForeignKey(Role, null=True, blank=True, on_delete=models.PROTECT, related_name="people")
    text = models.CharField(_("in your own words"), max_length=160, blank=True)
    how = models.CharField(_("how it is held"), max_length=10, choices=How)
    since = models.PositiveSmallIntegerField(
        _("since"), null=True, blank=True, validators=[MinValueValidator(1950), MaxValueValidator(2100)]
    )
    until = models.PositiveSmallIntegerField(
        _("until"), null=True, blank=True, validators=[MinValueValidator(1950), MaxValueValidator(2100)]
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__isnull=False) | ~models.Q(text=""),
                name="person_role_says_something",
                violation_error_message=_("Choose a role, or say it in your own words."),
            ),
            models.UniqueConstraint(
                fields=["person", "role", "how"],
                condition=models.Q(role__isnull=False),
                name="person_role_once",
                violation_error_message=_("This role is in your list already."),
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True)
                | models.Q(since__isnull=True)
                | models.Q(until__gte=models.F("since")),
                name="person_role_ends_after_it_began",
                violation_error_message=_(
                    "The year in which it ended must not be before the year in which it began."
                ),
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        return self.role.label if self.role_id else self.text


class Photo(models.Model):
    """A small picture, kept in PostgreSQL so that web processes hold nothing."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.CASCADE, related_name="photo")
    webp = models.BinaryField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")

    def __str__(self):
        return str(self.person)

    @property
    def seal(self) -> str:
        return Signer(salt="photo").signature(f"{self.pk}:{self.changed_at.isoformat()}")
