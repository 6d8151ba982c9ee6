from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    """In the state alone: the column stays as it is, and so do the triggers on its table."""

    dependencies = [("record", "0003_handled_request")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("auditentry", "recorded_at", models.DateTimeField(default=timezone.now)),
            ]
        )
    ]
