from django.db import migrations

from placet.stages.record.append_only import refuse_updates


class Migration(migrations.Migration):
    dependencies = (("followup", "0001_initial"),)

    operations = (
        refuse_updates("followup_progressreport"),
        refuse_updates("followup_reportevidence"),
        refuse_updates("followup_indicatorvalue"),
        refuse_updates("followup_succession"),
        refuse_updates("followup_inheritedcommitment"),
        refuse_updates("followup_inheritedfinding"),
    )
