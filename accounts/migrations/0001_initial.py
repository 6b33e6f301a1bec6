import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.models.person
import accounts.sorting
from accounts import sort_key_sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RunSQL(sort_key_sql.CREATE, sort_key_sql.DROP),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="mail address")),
                (
                    "name",
                    models.CharField(
                        help_text="As you wish to be called.", max_length=120, verbose_name="name"
                    ),
                ),
                (
                    "sort_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=accounts.sorting.SortKey("name"),
                        output_field=models.TextField(),
                    ),
                ),
                ("pronouns", models.CharField(blank=True, max_length=40, verbose_name="pronouns")),
                (
                    "official_title",
                    models.CharField(blank=True, max_length=160, verbose_name="official title"),
                ),
                (
                    "other_discipline",
                    models.CharField(blank=True, max_length=160, verbose_name="another discipline"),
                ),
                ("other_sector", models.CharField(blank=True, max_length=160, verbose_name="another sector")),
                (
                    "other_situation",
                    models.CharField(blank=True, max_length=160, verbose_name="something else"),
                ),
                (
                    "region",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("east-of-england", "East of England"),
                            ("london", "London"),
                            ("midlands", "Midlands"),
                            ("north-east-yorkshire", "North East and Yorkshire"),
                            ("north-west", "North West"),
                            ("south-east", "South East"),
                            ("south-west", "South West"),
                            ("scotland", "Scotland"),
                            ("wales", "Wales"),
                            ("northern-ireland", "Northern Ireland"),
                            ("ireland", "Ireland"),
                            ("elsewhere", "Elsewhere"),
                        ],
                        max_length=30,
                        verbose_name="region",
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(default="Europe/London", max_length=64, verbose_name="time zone"),
                ),
                (
                    "language",
                    models.CharField(default="en", max_length=8, verbose_name="language of pages and mail"),
                ),
                (
                    "spoken_languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8),
                        default=accounts.models.person.spoken_by_default,
                        size=None,
                        verbose_name="spoken languages",
                    ),
                ),
                ("about", models.TextField(blank=True, max_length=1500, verbose_name="in your own words")),
                ("is_staff", models.BooleanField(default=False, verbose_name="programme admin")),
                ("is_active", models.BooleanField(default=True, verbose_name="account open")),
                (
                    "date_joined",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="joined"
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
                "ordering": ["sort_key"],
            },
        ),
        migrations.CreateModel(
            name="Discipline",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(unique=True, verbose_name="short name")),
                ("family", models.SlugField(blank=True, verbose_name="family")),
                ("en", models.CharField(max_length=120, verbose_name="English")),
                ("fr", models.CharField(max_length=120, verbose_name="French")),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="aliases in English",
                    ),
                ),
                (
                    "aliases_fr",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="aliases in French",
                    ),
                ),
                (
                    "sensitive",
                    models.BooleanField(
                        default=False,
                        help_text="Matched on, and never printed in a reason, a mail or an export.",
                        verbose_name="sensitive",
                    ),
                ),
                (
                    "is_hidden",
                    models.BooleanField(
                        default=False,
                        help_text="Kept where it was chosen, no longer offered.",
                        verbose_name="hidden",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("edited_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "verbose_name": "discipline",
                "verbose_name_plural": "disciplines",
                "ordering": ["position", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(unique=True, verbose_name="short name")),
                ("title_en", models.CharField(max_length=120, verbose_name="title in English")),
                ("title_fr", models.CharField(max_length=120, verbose_name="title in French")),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
            },
        ),
        migrations.CreateModel(
            name="Role",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(unique=True, verbose_name="short name")),
                ("family", models.SlugField(blank=True, verbose_name="family")),
                ("en", models.CharField(max_length=120, verbose_name="English")),
                ("fr", models.CharField(max_length=120, verbose_name="French")),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="aliases in English",
                    ),
                ),
                (
                    "aliases_fr",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="aliases in French",
                    ),
                ),
                (
                    "sensitive",
                    models.BooleanField(
                        default=False,
                        help_text="Matched on, and never printed in a reason, a mail or an export.",
                        verbose_name="sensitive",
                    ),
                ),
                (
                    "is_hidden",
                    models.BooleanField(
                        default=False,
                        help_text="Kept where it was chosen, no longer offered.",
                        verbose_name="hidden",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("edited_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "verbose_name": "role",
                "verbose_name_plural": "roles",
                "ordering": ["position", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Sector",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(unique=True, verbose_name="short name")),
                ("family", models.SlugField(blank=True, verbose_name="family")),
                ("en", models.CharField(max_length=120, verbose_name="English")),
                ("fr", models.CharField(max_length=120, verbose_name="French")),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="aliases in English",
                    ),
                ),
                (
                    "aliases_fr",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="aliases in French",
                    ),
                ),
                (
                    "sensitive",
                    models.BooleanField(
                        default=False,
                        help_text="Matched on, and never printed in a reason, a mail or an export.",
                        verbose_name="sensitive",
                    ),
                ),
                (
                    "is_hidden",
                    models.BooleanField(
                        default=False,
                        help_text="Kept where it was chosen, no longer offered.",
                        verbose_name="hidden",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("edited_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "verbose_name": "sector",
                "verbose_name_plural": "sectors",
                "ordering": ["position", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Situation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(unique=True, verbose_name="short name")),
                ("family", models.SlugField(blank=True, verbose_name="family")),
                ("en", models.CharField(max_length=120, verbose_name="English")),
                ("fr", models.CharField(max_length=120, verbose_name="French")),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="aliases in English",
                    ),
                ),
                (
                    "aliases_fr",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="aliases in French",
                    ),
                ),
                (
                    "sensitive",
                    models.BooleanField(
                        default=False,
                        help_text="Matched on, and never printed in a reason, a mail or an export.",
                        verbose_name="sensitive",
                    ),
                ),
                (
                    "is_hidden",
                    models.BooleanField(
                        default=False,
                        help_text="Kept where it was chosen, no longer offered.",
                        verbose_name="hidden",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("edited_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "verbose_name": "situation",
                "verbose_name_plural": "situations",
                "ordering": ["position", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(unique=True, verbose_name="short name")),
                ("family", models.SlugField(blank=True, verbose_name="family")),
                ("en", models.CharField(max_length=120, verbose_name="English")),
                ("fr", models.CharField(max_length=120, verbose_name="French")),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="aliases in English",
                    ),
                ),
                (
                    "aliases_fr",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="aliases in French",
                    ),
                ),
                (
                    "sensitive",
                    models.BooleanField(
                        default=False,
                        help_text="Matched on, and never printed in a reason, a mail or an export.",
                        verbose_name="sensitive",
                    ),
                ),
                (
                    "is_hidden",
                    models.BooleanField(
                        default=False,
                        help_text="Kept where it was chosen, no longer offered.",
                        verbose_name="hidden",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("edited_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "verbose_name": "topic",
                "verbose_name_plural": "topics",
                "ordering": ["position", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="photo",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("webp", models.BinaryField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "photo",
                "verbose_name_plural": "photos",
            },
        ),
        migrations.AddField(
            model_name="person",
            name="disciplines",
            field=models.ManyToManyField(
                blank=True, related_name="people", to="accounts.discipline", verbose_name="disciplines"
            ),
        ),
        migrations.CreateModel(
            name="NoticeVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dated", models.DateField(verbose_name="dated")),
                ("en", models.TextField(help_text="Markdown", verbose_name="English")),
                ("fr", models.TextField(help_text="Markdown", verbose_name="French")),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="accounts.notice",
                        verbose_name="notice",
                    ),
                ),
            ],
            options={
                "verbose_name": "version",
                "verbose_name_plural": "versions",
                "ordering": ["-dated"],
                "get_latest_by": "dated",
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("given_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="accounts.noticeversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "consent",
                "verbose_name_plural": "consents",
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="name")),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=160),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="aliases",
                    ),
                ),
                (
                    "sort_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=accounts.sorting.SortKey("name"),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="accounts.organisation",
                        verbose_name="merged into",
                    ),
                ),
            ],
            options={
                "verbose_name": "organisation",
                "verbose_name_plural": "organisations",
                "ordering": ["sort_key"],
            },
        ),
        migrations.AddField(
            model_name="person",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="people",
                to="accounts.organisation",
                verbose_name="organisation",
            ),
        ),
        migrations.CreateModel(
            name="PersonRole",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=160, verbose_name="in your own words")),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("titled", "with the title"),
                            ("untitled", "without the title"),
                            ("aim", "growing into"),
                        ],
                        max_length=10,
                        verbose_name="how it is held",
                    ),
                ),
                (
                    "since",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1950),
                            django.core.validators.MaxValueValidator(2100),
                        ],
                        verbose_name="since",
                    ),
                ),
                (
                    "until",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1950),
                            django.core.validators.MaxValueValidator(2100),
                        ],
                        verbose_name="until",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roles",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="accounts.role",
                    ),
                ),
            ],
            options={
                "verbose_name": "role",
                "verbose_name_plural": "roles",
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="person",
            name="sectors",
            field=models.ManyToManyField(
                blank=True, related_name="people", to="accounts.sector", verbose_name="sectors"
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="situations",
            field=models.ManyToManyField(
                blank=True, related_name="people", to="accounts.situation", verbose_name="situations"
            ),
        ),
        migrations.AddConstraint(
            model_name="noticeversion",
            constraint=models.UniqueConstraint(
                fields=("notice", "dated"),
                name="notice_one_version_a_day",
                violation_error_message="There is a version of that day already. Edit it, or choose another day.",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("person", "version"),
                name="consent_one_in_force_per_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                fields=("sort_key",),
                name="organisation_one_per_name",
                violation_error_message="There is an organisation of this name already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("pk")), _negated=True),
                name="organisation_not_merged_into_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="personrole",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("role__isnull", False), models.Q(("text", ""), _negated=True), _connector="OR"
                ),
                name="person_role_says_something",
                violation_error_message="Choose a role, or say it in your own words.",
            ),
        ),
        migrations.AddConstraint(
            model_name="personrole",
            constraint=models.UniqueConstraint(
                condition=models.Q(("role__isnull", False)),
                fields=("person", "role", "how"),
                name="person_role_once",
                violation_error_message="This role is in your list already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="personrole",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until__isnull", True),
                    ("since__isnull", True),
                    ("until__gte", models.F("since")),
                    _connector="OR",
                ),
                name="person_role_ends_after_it_began",
                violation_error_message="The year in which it ended must not be before the year in which it began.",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                name="person_one_per_address",
                violation_error_message="There is an account for this address already.",
            ),
        ),
    ]
