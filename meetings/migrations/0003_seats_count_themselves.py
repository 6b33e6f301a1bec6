from django.db import migrations

from meetings import seat_count_sql


class Migration(migrations.Migration):
    dependencies = [("meetings", "0002_series_on_the_last_weekday")]

    operations = [migrations.RunSQL(seat_count_sql.CREATE, seat_count_sql.DROP)]
