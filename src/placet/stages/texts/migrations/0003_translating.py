import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('texts', '0002_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='DailySpending',
            fields=[
                ('date', models.DateField(primary_key=True, serialize=False)),
                ('character_count', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('scope_id', models.UUIDField(help_text='Reflection.')),
                ('source_language', models.CharField(max_length=35)),
                ('target_language', models.CharField(max_length=35)),
                ('source', models.CharField(max_length=100)),
                ('target', models.CharField(max_length=100)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('author_id', models.UUIDField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ('source_language', 'source', 'target_language', 'id'),
            },
        ),
        migrations.CreateModel(
            name='TranslationRun',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('scope_id', models.UUIDField(help_text='Reflection.')),
                ('language', models.CharField(max_length=35)),
                ('requested_by', models.UUIDField(null=True)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('running', 'running'), ('done', 'done'), ('budget', 'stopped at today’s budget'), ('failed', 'failed')], default='waiting', max_length=7)),
                ('failure', models.CharField(blank=True, choices=[('provider', 'No translation service is set up.'), ('outbound', 'The address of the translation service is not one that Placet may call.'), ('unavailable', 'The translation service did not answer, however often it was asked.'), ('refused', 'The translation service refused the request: its key or model may be wrong.'), ('answer', 'The translation service answered with something that is no translation.'), ('interrupted', 'Something went wrong on our side. What was translated is kept.')], max_length=11)),
                ('translated_count', models.PositiveIntegerField(default=0)),
                ('refused_texts', models.JSONField(default=list, help_text='Texts whose machine translation was refused.')),
                ('term_warning_count', models.PositiveIntegerField(default=0, help_text='Translations that lack a term.')),
                ('left_count', models.PositiveIntegerField(help_text='What was left when it ended.', null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('progressed_at', models.DateTimeField(auto_now_add=True)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddConstraint(
            model_name='translation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('certified_at', None), ('certifier_id', None)), models.Q(('certified_at__isnull', False), ('certifier_id__isnull', False)), _connector='OR'), name='certified_by_somebody_at_a_moment'),
        ),
        migrations.AddConstraint(
            model_name='term',
            constraint=models.UniqueConstraint(fields=('scope_id', 'source_language', 'target_language', 'source'), name='a_term_is_put_in_one_way'),
        ),
        migrations.AddConstraint(
            model_name='term',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('source', ''), _negated=True), models.Q(('target', ''), _negated=True)), name='a_term_has_both_sides'),
        ),
        migrations.AddConstraint(
            model_name='term',
            constraint=models.CheckConstraint(condition=models.Q(('source_language', models.F('target_language')), _negated=True), name='a_term_joins_two_languages'),
        ),
        migrations.AddConstraint(
            model_name='translationrun',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('waiting', 'running'))), fields=('scope_id', 'language'), name='one_translation_run_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='translationrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'failed'), models.Q(('failure', ''), _negated=True)), models.Q(models.Q(('state', 'failed'), _negated=True), ('failure', '')), _connector='OR'), name='a_failed_translation_run_says_why'),
        ),
    ]
