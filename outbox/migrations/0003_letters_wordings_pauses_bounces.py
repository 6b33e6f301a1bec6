import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0002_mail_calendar"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("audience", models.CharField(max_length=120, verbose_name="to")),
                ("audience_name", models.CharField(blank=True, max_length=200)),
                (
                    "subject_en",
                    models.CharField(blank=True, max_length=150, verbose_name="subject in English"),
                ),
                ("body_en", models.TextField(blank=True, max_length=10000, verbose_name="text in English")),
                (
                    "subject_fr",
                    models.CharField(blank=True, max_length=150, verbose_name="subject in French"),
                ),
                ("body_fr", models.TextField(blank=True, max_length=10000, verbose_name="text in French")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "draft"), ("sent", "sent"), ("taken_back", "taken back")],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("readers", models.PositiveIntegerField(default=0, verbose_name="readers")),
            ],
            options={
                "verbose_name": "letter",
                "verbose_name_plural": "letters",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Pause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.SlugField(max_length=60, unique=True)),
                ("since", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "pause",
                "verbose_name_plural": "pauses",
                "ordering": ["since"],
            },
        ),
        migrations.CreateModel(
            name="Wording",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.SlugField(max_length=60)),
                ("language", models.CharField(max_length=8)),
                (
                    "sentences",
                    models.JSONField(default=dict, help_text="Our sentence, as templates have it: theirs."),
                ),
                ("closing", models.TextField(blank=True, max_length=2000)),
                ("version", models.PositiveIntegerField(default=0)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "wording",
                "verbose_name_plural": "wordings",
            },
        ),
        migrations.AddField(
            model_name="mail",
            name="bounce",
            field=models.CharField(blank=True, max_length=300, verbose_name="why it came back"),
        ),
        migrations.AddField(
            model_name="mail",
            name="bounced_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="came back"),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(fields=["message_id"], name="mail_by_message_id"),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(
                condition=models.Q(("bounced_at__isnull", False)), fields=["-bounced_at"], name="mail_bounced"
            ),
        ),
        migrations.AddField(
            model_name="letter",
            name="sent_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="sent by",
            ),
        ),
        migrations.AddField(
            model_name="letter",
            name="written_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="written by",
            ),
        ),
        migrations.AddField(
            model_name="pause",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="wording",
            name="changed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "draft"), ("sent_at__isnull", False), _connector="OR"),
                name="letter_sent_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="wording",
            constraint=models.UniqueConstraint(fields=("kind", "language"), name="wording_one_per_language"),
        ),
    ]
