from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consultations", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="voteimport",
            name="notices",
            field=models.JSONField(default=list, help_text="What the reader had to say, in English."),
        ),
        migrations.AddField(
            model_name="voteimport", name="started_at", field=models.DateTimeField(null=True)
        ),
    ]
