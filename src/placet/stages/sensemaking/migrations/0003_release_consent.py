from django.db import migrations, models

from placet.stages.record.append_only import allow_updates, refuse_updates


class Migration(migrations.Migration):
    dependencies = (("sensemaking", "0002_append_only"),)
    operations = (
        # SQLite makes the table anew, and with it goes the trigger: it is taken off and put back by name.
        allow_updates("sensemaking_release"),
        migrations.AddField(
            model_name="release",
            name="consent",
            field=models.JSONField(default=list, help_text="Consent across members, from the tables alone."),
        ),
        refuse_updates("sensemaking_release"),
    )
