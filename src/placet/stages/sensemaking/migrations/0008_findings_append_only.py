from django.db import migrations

from placet.stages.record.append_only import refuse_updates


class Migration(migrations.Migration):
    dependencies = (("sensemaking", "0007_findings"),)

    operations = (
        refuse_updates("sensemaking_findingrun"),
        refuse_updates("sensemaking_evidence", when="OLD.taken_back_at IS NOT NULL"),
    )
