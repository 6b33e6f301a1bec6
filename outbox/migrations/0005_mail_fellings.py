from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0004_preferences_and_digest")]

    operations = [
        migrations.AddField("mail", "fellings", models.PositiveSmallIntegerField(default=0)),
    ]
