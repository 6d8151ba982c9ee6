from django.db import migrations

from placet.stages.record.append_only import refuse_updates


class Migration(migrations.Migration):
    dependencies = (("record", "0001_initial"),)
    operations = (refuse_updates("record_auditentry"),)
