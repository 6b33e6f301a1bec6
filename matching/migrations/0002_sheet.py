import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Sheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="file")),
                ("headers", models.JSONField(default=list)),
                ("rows", models.JSONField(default=list)),
                ("meanings", models.JSONField(default=list)),
                (
                    "part_unless_said",
                    models.CharField(
                        blank=True,
                        choices=[("mentee", "mentee"), ("mentor", "mentor")],
                        max_length=6,
                        verbose_name="whoever's row does not say it is",
                    ),
                ),
                (
                    "left_out",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("sent_at", models.DateTimeField(auto_now_add=True, verbose_name="sent")),
                ("imported_at", models.DateTimeField(blank=True, null=True, verbose_name="imported")),
                ("imported", models.PositiveIntegerField(blank=True, null=True, verbose_name="applications")),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sheets",
                        to="matching.cohort",
                        verbose_name="cohort",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sent by",
                    ),
                ),
            ],
            options={
                "verbose_name": "imported sheet",
                "verbose_name_plural": "imported sheets",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("imported_at", None), ("rows", []), _connector="OR"),
                        name="sheet_forgets_its_cells_once_imported",
                    )
                ],
            },
        ),
    ]
