from django.db import migrations

from meetings.sql.emergency_log import MAY_SHRINK, ONLY_GROWS


class Migration(migrations.Migration):
    dependencies = [("meetings", "0004_private")]

    operations = [migrations.RunSQL(ONLY_GROWS, MAY_SHRINK)]
