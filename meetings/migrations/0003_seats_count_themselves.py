from django.db import migrations

from meetings.sql import seat_count


class Migration(migrations.Migration):
    dependencies = [("meetings", "0002_series_on_the_last_weekday")]

    operations = [migrations.RunSQL(seat_count.CREATE, seat_count.DROP)]
