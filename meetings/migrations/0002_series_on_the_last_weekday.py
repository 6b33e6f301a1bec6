from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="series",
            name="every",
            field=models.CharField(
                choices=[
                    ("week", "every week"),
                    ("fortnight", "every two weeks"),
                    ("month", "every month, on the same weekday"),
                    ("last", "every month, on the last such weekday"),
                ],
                max_length=10,
                verbose_name="how often",
            ),
        ),
    ]
