from django.db import migrations

from placet.stages.record.append_only import refuse_updates


class Migration(migrations.Migration):
    dependencies = (("consultations", "0001_initial"),)
    operations = (refuse_updates("consultations_ballot"),)
