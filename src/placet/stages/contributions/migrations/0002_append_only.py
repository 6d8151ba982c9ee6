from django.db import migrations

from placet.stages.record.append_only import refuse_updates


class Migration(migrations.Migration):
    dependencies = (("contributions", "0001_initial"),)
    operations = (refuse_updates("contributions_revision"), refuse_updates("contributions_moderationdecision"))
