from django.db import migrations

from placet.stages.record.append_only import refuse_updates


class Migration(migrations.Migration):
    dependencies = (("sensemaking", "0001_initial"),)
    operations = (
        refuse_updates("sensemaking_release"),
        refuse_updates("sensemaking_analysisrun", when="OLD.state IN ('done', 'failed')"),
    )
