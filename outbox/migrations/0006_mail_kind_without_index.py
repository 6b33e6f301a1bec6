from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0005_mail_fellings"),
    ]

    operations = [
        migrations.AlterField(
            model_name="mail",
            name="kind",
            field=models.SlugField(db_index=False, max_length=60, verbose_name="kind"),
        ),
    ]
