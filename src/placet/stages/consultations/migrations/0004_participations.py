"""Ballots hang on a participation, are known by their sequence, and carry two indexes instead of ten."""

import django.db.models.deletion
from django.db import migrations, models

from placet.stages.record.append_only import allow_updates, refuse_updates

FILL_PARTICIPATIONS = """
    INSERT INTO consultations_participation (consultation_id, participant_id, first_sequence, paced_until)
    SELECT consultation_id, participant_id, MIN(sequence), 0
    FROM consultations_ballot
    GROUP BY consultation_id, participant_id
"""
COPY_BALLOTS = """
    INSERT INTO consultations_ballot (
        consultation_id, sequence, participation_id, statement_id, vote,
        version_seen_id, translation_seen_id, client_key, cast_at
    )
    SELECT
        old.consultation_id, old.sequence, participation.id, old.statement_id, old.vote,
        old.version_seen_id, old.translation_seen_id,
        CASE WHEN participant.standing = 'imported' THEN NULL ELSE old.client_key END, old.cast_at
    FROM consultations_earlierballot AS old
    JOIN mandates_participant AS participant ON participant.id = old.participant_id
    JOIN consultations_participation AS participation
        ON participation.consultation_id = old.consultation_id
        AND participation.participant_id = old.participant_id
    ORDER BY old.consultation_id, old.sequence
"""
COUNT_PARTICIPANTS = """
    UPDATE consultations_consultation SET participant_count = (
        SELECT COUNT(*) FROM consultations_participation AS participation
        WHERE participation.consultation_id = consultations_consultation.id
    )
"""
PROTECT = django.db.models.deletion.PROTECT


def reference(to, **options):
    """A foreign key of a ballot: no constraint, no index."""
    return models.ForeignKey(
        db_constraint=False, db_index=False, on_delete=PROTECT, related_name="+", to=to, **options
    )


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0003_import_notices"),
        ("mandates", "0001_initial"),
        ("texts", "0002_append_only"),
    ]

    operations = [
        migrations.AddField(
            "consultation",
            "participant_count",
            models.PositiveIntegerField(default=0, help_text="Who has cast a ballot."),
        ),
        migrations.CreateModel(
            name="Participation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "first_sequence",
                    models.PositiveBigIntegerField(help_text="Of its first ballot.", null=True),
                ),
                (
                    "paced_until",
                    models.PositiveBigIntegerField(
                        default=0,
                        help_text="Milliseconds since 1970: until when its ballots fill the pace allowed.",
                    ),
                ),
                (
                    "consultation",
                    models.ForeignKey(
                        db_index=False, on_delete=PROTECT, related_name="+", to="consultations.consultation"
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(on_delete=PROTECT, related_name="+", to="mandates.participant"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("consultation", "participant"), name="one_participation_per_consultation"
                    )
                ]
            },
        ),
        migrations.RunSQL(FILL_PARTICIPATIONS, migrations.RunSQL.noop),
        allow_updates("consultations_ballot"),
        migrations.RemoveConstraint("ballot", "one_ballot_per_sequence"),
        migrations.RemoveConstraint("ballot", "a_ballot_is_cast_once"),
        migrations.RemoveIndex("ballot", "ballot_current"),
        migrations.RemoveIndex("ballot", "ballot_participation"),
        migrations.RenameModel("Ballot", "EarlierBallot"),
        migrations.CreateModel(
            name="Ballot",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "consultation_id",
                        "sequence",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "sequence",
                    models.PositiveBigIntegerField(help_text="Order within the consultation, from 1."),
                ),
                (
                    "vote",
                    models.SmallIntegerField(choices=[(-1, "disagree"), (0, "pass"), (1, "agree")]),
                ),
                (
                    "client_key",
                    models.UUIDField(help_text="Null: imported; nobody can send it again.", null=True),
                ),
                ("cast_at", models.DateTimeField()),
                ("consultation", reference("consultations.consultation")),
                ("participation", reference("consultations.participation")),
                ("statement", reference("consultations.statement")),
                (
                    "translation_seen",
                    reference("texts.translation", null=True, help_text="Null: the original."),
                ),
                ("version_seen", reference("texts.textversion")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(client_key__isnull=False),
                        fields=("participation", "client_key"),
                        name="a_ballot_is_cast_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("vote__in", (-1, 0, 1))), name="a_vote_is_one_of_three"
                    ),
                ]
            },
        ),
        migrations.RunSQL(COPY_BALLOTS),  # no way back: it would lose what entered since
        migrations.DeleteModel("EarlierBallot"),
        refuse_updates("consultations_ballot"),
        migrations.RunSQL(COUNT_PARTICIPANTS, migrations.RunSQL.noop),
    ]
