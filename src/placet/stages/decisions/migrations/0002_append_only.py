from django.db import migrations

from placet.stages.record.append_only import refuse_updates


class Migration(migrations.Migration):
    dependencies = (("decisions", "0001_initial"),)

    operations = (
        refuse_updates("decisions_position"),
        refuse_updates("decisions_positionconfirmation"),
        refuse_updates("decisions_silenceevent"),
        refuse_updates("decisions_outage"),
        refuse_updates("decisions_decision"),
        refuse_updates("decisions_silenceprocedure", when="OLD.ended_at IS NOT NULL"),
        refuse_updates("decisions_communique", when="OLD.published_at IS NOT NULL"),
    )
