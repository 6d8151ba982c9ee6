from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    """In the state alone: the column stays as it is, and so do the triggers on its table."""

    dependencies = [("texts", "0004_translations_append_only")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("textversion", "created_at", models.DateTimeField(default=timezone.now)),
            ]
        )
    ]
