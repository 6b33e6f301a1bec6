import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from matching.history.sql import Tracked, install, uninstall

# As it was on the day of this migration; what is remembered today stands in matching/history/tracked.py.
TRACKED = [
    Tracked("programme", "matching_programme", ["slug", "name_en", "name_fr", "contact"]),
    Tracked(
        "cohort",
        "matching_cohort",
        [
            "programme_id", "slug", "name_en", "name_fr", "opens_at", "closes_at", "starts_on", "ends_on",
            "hold_days", "policy", "group_mentees_least", "group_mentees_most", "group_cofacilitators",
            "group_mixes_employers", "lets_mentees_choose",
        ],
        cohort="{row}.id",
    ),
    Tracked("stream", "matching_stream", ["slug", "name_en", "name_fr"], cohort="{row}.cohort_id"),
    Tracked(
        "application",
        "matching_application",
        ["part", "state", "stream_id", "capacity", "taken", "is_floor_lifted", "decided_by_id"],
        telling="state",
        cohort="{row}.cohort_id",
        application="id",
    ),
    Tracked(
        "run",
        "matching_matchrun",
        ["state", "preset", "is_afresh", "version", "published_at"],
        telling="state",
        cohort="{row}.cohort_id",
        run="id",
    ),
    Tracked(
        "ruling",
        "matching_ruling",
        ["kind"],
        telling="kind",
        cohort="(SELECT cohort_id FROM matching_matchrun WHERE id = {row}.run_id)",
        application="mentee_id",
        mentor="mentor_id",
        run="run_id",
    ),
    Tracked(
        "group_run", "matching_grouprun", ["state", "stream_id", "version"],
        telling="state",
        cohort="{row}.cohort_id",
    ),
    Tracked(
        "mentorship",
        "matching_mentorship",
        [
            "kind", "name", "state", "stream_id", "slot", "hold_ends_at", "paused_at", "paused_until", "ends_on",
            "follows_id",
        ],
        telling="state",
        cohort="{row}.cohort_id",
        mentorship="id",
        run="run_id",
    ),
    Tracked(
        "member",
        "matching_member",
        ["part", "rank"],
        telling="part",
        cohort="{row}.cohort_id",
        application="application_id",
        mentorship="mentorship_id",
    ),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0004_deciding_by_hand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Act",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField()),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.CharField(
                        choices=[
                            ("admin", "an admin"),
                            ("member", "members, on their own pages"),
                            ("command", "a command"),
                            ("clock", "the programme by itself"),
                            ("database", "somebody in the database"),
                        ],
                        max_length=10,
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=200)),
                (
                    "touched",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12), default=list, size=None
                    ),
                ),
                ("counts", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cohort",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="matching.cohort",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("model", models.CharField(max_length=12)),
                ("row", models.BigIntegerField(null=True)),
                ("deed", models.CharField(max_length=200)),
                ("changes", models.JSONField(default=dict)),
                ("application", models.BigIntegerField(null=True)),
                ("mentor", models.BigIntegerField(null=True)),
                ("mentorship", models.BigIntegerField(null=True)),
                ("run", models.BigIntegerField(null=True)),
                (
                    "act",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="matching.act",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="act",
            index=models.Index(fields=["cohort", "-at", "-id"], name="act_newest"),
        ),
        migrations.AddIndex(
            model_name="act",
            index=models.Index(
                condition=models.Q(("by__isnull", False)),
                fields=["cohort", "by", "-at", "-id"],
                name="act_by",
            ),
        ),
        migrations.AddIndex(
            model_name="act",
            index=models.Index(fields=["cohort", "actor", "-at", "-id"], name="act_by_whom"),
        ),
        migrations.AddIndex(
            model_name="act",
            index=models.Index(
                condition=models.Q(("by__isnull", False)), fields=["by"], name="act_of_a_person"
            ),
        ),
        migrations.AddIndex(
            model_name="act",
            index=django.contrib.postgres.indexes.GinIndex(fields=["touched"], name="act_touched"),
        ),
        migrations.AddIndex(
            model_name="act",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="act_age"),
        ),
        migrations.AddConstraint(
            model_name="act",
            constraint=models.UniqueConstraint(
                fields=("key", "cohort"), name="act_once_a_cohort", nulls_distinct=False
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["act", "id"], name="event_of_an_act"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["model", "row", "-id"], name="event_of_a_row"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("application__isnull", False)),
                fields=["application", "-id"],
                name="event_of_application",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("mentor__isnull", False)),
                fields=["mentor", "-id"],
                name="event_of_mentor",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("mentorship__isnull", False)),
                fields=["mentorship", "-id"],
                name="event_of_mentorship",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("run__isnull", False)), fields=["run", "-id"], name="event_of_run"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="event_age"),
        ),
        migrations.RunSQL(install(TRACKED), uninstall(TRACKED)),
    ]
