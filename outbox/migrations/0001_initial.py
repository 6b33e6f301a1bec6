import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Beat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        choices=[
                            ("task", "a task came to deliver due mail"),
                            ("sweep", "a worker looked for itself"),
                            ("trouble", "the mail server could not be used"),
                        ],
                        max_length=20,
                        unique=True,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("note", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "verbose_name": "sign of life",
                "verbose_name_plural": "signs of life",
            },
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.EmailField(max_length=254, unique=True)),
                ("reason", models.CharField(max_length=300)),
                ("since", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "suppressed address",
                "verbose_name_plural": "suppressed addresses",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("address", django.db.models.functions.text.Lower("address"))),
                        name="suppression_is_lower_case",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200, unique=True, verbose_name="cause")),
                ("kind", models.SlugField(max_length=60, verbose_name="kind")),
                ("to", models.EmailField(max_length=254, verbose_name="to")),
                ("reply_to", models.EmailField(blank=True, max_length=254, verbose_name="reply to")),
                ("language", models.CharField(default="en", max_length=8)),
                (
                    "context",
                    models.JSONField(
                        default=dict, help_text="Primary keys and plain values; what the kind renders from."
                    ),
                ),
                ("is_urgent", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "waiting to leave"),
                            ("sending", "leaving now"),
                            ("retrying", "to be tried again"),
                            ("sent", "handed to the mail server"),
                            ("failed", "refused"),
                            ("skipped", "no longer needed"),
                            ("in_doubt", "may or may not have left"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("not_before", models.DateTimeField(verbose_name="not before")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="of no use after")),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("message_id", models.CharField(blank=True, max_length=200)),
                ("subject", models.CharField(blank=True, max_length=200, verbose_name="subject")),
                ("text", models.TextField(blank=True)),
                ("html", models.TextField(blank=True)),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="what happened")),
                (
                    "answer",
                    models.CharField(blank=True, max_length=500, verbose_name="the mail server's answer"),
                ),
                ("queued_at", models.DateTimeField(auto_now_add=True)),
                ("rendered_at", models.DateTimeField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("wiped_at", models.DateTimeField(blank=True, null=True)),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "mail",
                "verbose_name_plural": "mails",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "retrying"])),
                        fields=["-is_urgent", "not_before"],
                        name="mail_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "sending")), fields=["leased_until"], name="mail_leased"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sending"), _negated=True),
                            ("leased_until__isnull", False),
                            _connector="OR",
                        ),
                        name="mail_sending_has_a_lease",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sent"), _negated=True),
                            ("sent_at__isnull", False),
                            _connector="OR",
                        ),
                        name="mail_sent_has_a_time",
                    ),
                ],
            },
        ),
    ]
