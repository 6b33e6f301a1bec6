import uuid

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.encryption.fields


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("matching", "0001_initial"),
        ("meetings", "0005_emergency_log_only_grows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReminderChoice",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="reminder_choice",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "minutes_before",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(), blank=True, default=list, size=None
                    ),
                ),
            ],
            options={
                "verbose_name": "choice of reminders",
                "verbose_name_plural": "choices of reminders",
            },
        ),
        migrations.CreateModel(
            name="Rhythm",
            fields=[
                (
                    "mentorship",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="rhythm",
                        serialize=False,
                        to="matching.mentorship",
                    ),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(120),
                        ],
                        verbose_name="days from one meeting to the next",
                    ),
                ),
            ],
            options={
                "verbose_name": "agreed rhythm",
                "verbose_name_plural": "agreed rhythms",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("days__range", (1, 120))), name="rhythm_of_sensible_days"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FitCheck",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("start", "before a first meeting"),
                            ("first", "after the first meetings"),
                            ("halfway", "half-way"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("good", "It is good for me"),
                            ("unsure", "I am not sure"),
                            ("not_a_fit", "It is not a fit"),
                        ],
                        max_length=10,
                        verbose_name="answer",
                    ),
                ),
                (
                    "words",
                    accounts.encryption.fields.EncryptedTextField(
                        blank=True, default="", max_length=1000, verbose_name="a few words for yourself"
                    ),
                ),
                ("may_be_written_to", models.BooleanField(default=False)),
                ("answered_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "mentorship",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fit_checks",
                        to="matching.mentorship",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "fit check",
                "verbose_name_plural": "fit checks",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mentorship", "person", "stage"), name="fit_check_once_a_stage"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("may_be_written_to", False), ("answer", "not_a_fit"), _connector="OR"
                        ),
                        name="fit_check_names_only_who_asks",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MetElsewhere",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("said_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("said_on", models.DateField(default=django.utils.timezone.localdate)),
                (
                    "mentorship",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="met_elsewhere",
                        to="matching.mentorship",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "meeting elsewhere",
                "verbose_name_plural": "meetings elsewhere",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mentorship", "person", "said_on"), name="met_elsewhere_once_a_day"
                    )
                ],
            },
        ),
    ]
