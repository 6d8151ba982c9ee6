from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("record", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="HandledRequest",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False)),
                ("handled_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
