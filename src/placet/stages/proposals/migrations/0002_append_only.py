from django.db import migrations

from placet.stages.record.append_only import refuse_updates


class Migration(migrations.Migration):
    dependencies = (("proposals", "0001_initial"),)

    operations = (
        refuse_updates("proposals_frozentext"),
        refuse_updates("proposals_openedtext"),
        refuse_updates("proposals_clausesuccession"),
        refuse_updates("proposals_amendmentstand"),
        refuse_updates("proposals_citation", when="OLD.taken_back_at IS NOT NULL"),
        refuse_updates("proposals_nottakenup", when="OLD.taken_back_at IS NOT NULL"),
    )
