from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0002_sheet"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="was_entered",
            field=models.BooleanField(default=False, editable=False),
        ),
    ]
