import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import meetings.models.session


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("matching", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Series",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("expect", models.TextField(blank=True, max_length=2000, verbose_name="what to expect")),
                ("day", models.DateField(verbose_name="day")),
                ("at", models.TimeField(verbose_name="starts at")),
                ("zone", models.CharField(max_length=64, verbose_name="time zone")),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        default=60,
                        validators=[
                            django.core.validators.MinValueValidator(10),
                            django.core.validators.MaxValueValidator(480),
                        ],
                        verbose_name="length in minutes",
                    ),
                ),
                (
                    "video_url",
                    models.URLField(blank=True, max_length=500, verbose_name="link of the video call"),
                ),
                ("room", models.CharField(blank=True, max_length=300, verbose_name="room")),
                (
                    "seats",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Beside the hosts. Empty: one for everybody in the mentorship.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(500),
                        ],
                        verbose_name="seats",
                    ),
                ),
                (
                    "uid",
                    models.CharField(
                        default=meetings.models.session.new_uid, editable=False, max_length=120, unique=True
                    ),
                ),
                ("sequence", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "every",
                    models.CharField(
                        choices=[
                            ("week", "every week"),
                            ("fortnight", "every two weeks"),
                            ("month", "every month, on the same weekday"),
                        ],
                        max_length=10,
                        verbose_name="how often",
                    ),
                ),
                (
                    "until",
                    models.DateField(
                        help_text="The last day on which a session may be.", verbose_name="until"
                    ),
                ),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "cohort",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="matching.cohort",
                    ),
                ),
                (
                    "cohost",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="co-host",
                    ),
                ),
                (
                    "continues",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="continued_by",
                        to="meetings.series",
                    ),
                ),
                (
                    "host",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="host",
                    ),
                ),
                (
                    "mentorship",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="matching.mentorship",
                    ),
                ),
                (
                    "stream",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="matching.stream",
                    ),
                ),
            ],
            options={
                "verbose_name": "series",
                "verbose_name_plural": "series",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("expect", models.TextField(blank=True, max_length=2000, verbose_name="what to expect")),
                ("day", models.DateField(verbose_name="day")),
                ("at", models.TimeField(verbose_name="starts at")),
                ("zone", models.CharField(max_length=64, verbose_name="time zone")),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        default=60,
                        validators=[
                            django.core.validators.MinValueValidator(10),
                            django.core.validators.MaxValueValidator(480),
                        ],
                        verbose_name="length in minutes",
                    ),
                ),
                (
                    "video_url",
                    models.URLField(blank=True, max_length=500, verbose_name="link of the video call"),
                ),
                ("room", models.CharField(blank=True, max_length=300, verbose_name="room")),
                (
                    "seats",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Beside the hosts. Empty: one for everybody in the mentorship.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(500),
                        ],
                        verbose_name="seats",
                    ),
                ),
                (
                    "uid",
                    models.CharField(
                        default=meetings.models.session.new_uid, editable=False, max_length=120, unique=True
                    ),
                ),
                ("sequence", models.PositiveIntegerField(default=0, editable=False)),
                ("original_day", models.DateField(blank=True, editable=False, null=True)),
                ("starts_at", models.DateTimeField(editable=False)),
                ("ends_at", models.DateTimeField(editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "planned"), ("cancelled", "cancelled")],
                        default="planned",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("taken", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("attendance_noted_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "cohort",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="matching.cohort",
                    ),
                ),
                (
                    "cohost",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="co-host",
                    ),
                ),
                (
                    "host",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="host",
                    ),
                ),
                (
                    "mentorship",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="matching.mentorship",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="meetings.series",
                    ),
                ),
                (
                    "stream",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="matching.stream",
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "ordering": ["starts_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("going", "going"),
                            ("offered", "a seat is offered"),
                            ("waiting", "on the waiting list"),
                            ("cannot", "cannot come"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("queue_no", models.PositiveIntegerField(blank=True, null=True)),
                ("offer_expires_at", models.DateTimeField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("attended", models.BooleanField(blank=True, null=True, verbose_name="was there")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seats",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="places",
                        to="meetings.session",
                    ),
                ),
            ],
            options={
                "verbose_name": "seat",
                "verbose_name_plural": "seats",
                "ordering": ["pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cohort", None), ("mentorship__isnull", False), ("stream", None)),
                    models.Q(("cohort__isnull", False), ("mentorship", None)),
                    _connector="OR",
                ),
                name="series_of_a_mentorship_or_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gte", models.F("day"))), name="series_ends_after_it_starts"
            ),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.CheckConstraint(
                condition=models.Q(("seats", None), ("seats__range", (1, 500)), _connector="OR"),
                name="series_has_sensible_seats",
            ),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(
                condition=models.Q(("state", "planned")), fields=["starts_at"], name="session_to_come"
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cohort", None), ("mentorship__isnull", False), ("stream", None)),
                    models.Q(("cohort__isnull", False), ("mentorship", None)),
                    _connector="OR",
                ),
                name="session_of_a_mentorship_or_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="session_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(("seats", None), ("seats__range", (1, 500)), _connector="OR"),
                name="session_has_sensible_seats",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(("seats", None), ("taken__lte", models.F("seats")), _connector="OR"),
                name="session_never_overbooked",
                violation_error_message="All seats of this session are taken.",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(("mentorship__isnull", False), ("seats__isnull", False), _connector="OR"),
                name="session_open_ones_have_seats",
                violation_error_message="Say how many seats an open session has.",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                fields=("series", "original_day"), name="session_once_per_day_of_series"
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "cancelled"), _negated=True),
                    ("cancelled_at__isnull", False),
                    _connector="OR",
                ),
                name="session_cancelled_has_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="seat",
            index=models.Index(
                condition=models.Q(("state", "offered")), fields=["offer_expires_at"], name="seat_offers"
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(
                fields=("session", "person"), name="seat_one_per_person_and_session"
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(
                fields=("session", "queue_no"), name="seat_one_per_place_in_the_queue"
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "waiting"), _negated=True),
                    ("queue_no__isnull", False),
                    _connector="OR",
                ),
                name="seat_waiting_has_a_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("offer_expires_at__isnull", False), ("state", "offered")),
                    models.Q(models.Q(("state", "offered"), _negated=True), ("offer_expires_at", None)),
                    _connector="OR",
                ),
                name="seat_offered_until",
            ),
        ),
    ]
