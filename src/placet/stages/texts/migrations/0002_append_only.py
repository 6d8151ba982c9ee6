from django.db import migrations

from placet.stages.record.append_only import refuse_updates


class Migration(migrations.Migration):
    dependencies = (("texts", "0001_initial"),)
    operations = (refuse_updates("texts_textversion"),)
