from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]

    operations = [
        migrations.AddField("mail", "calendar", models.TextField(blank=True)),
        migrations.AddField("mail", "calendar_method", models.CharField(blank=True, max_length=20)),
    ]
