import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sensemaking", "0004_live_map"),
        ("texts", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="TextVector",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "model",
                    models.CharField(
                        help_text="Name and version, and whether languages are centred.", max_length=100
                    ),
                ),
                (
                    "vector",
                    models.BinaryField(help_text="Little-endian numbers of 32 bits, of unit length together."),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="texts.textversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "model"), name="one_vector_per_version_and_model"
                    ),
                ],
            },
        ),
    ]
