from django.db import migrations

from placet.stages.record.append_only import refuse_updates

# A translation changes once at most: somebody certifies it.
FINAL = " OR ".join(
    [
        "OLD.certified_at IS NOT NULL",
        *(
            f"OLD.{column} <> NEW.{column}"
            for column in ("version_id", "number", "language", "body", "origin", "model_name", "created_at")
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = (("texts", "0003_translating"),)
    operations = (refuse_updates("texts_translation", when=FINAL),)
