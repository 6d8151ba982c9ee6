from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_message_expiry'),
    ]

    operations = [
        migrations.AddField(
            model_name='account',
            name='idea_news',
            field=models.CharField(choices=[('never', 'never'), ('daily', 'once a day at most'), ('weekly', 'once a week at most')], default='never', max_length=6),
        ),
        migrations.AddField(
            model_name='account',
            name='idea_news_sent_at',
            field=models.DateTimeField(help_text='Up to when the news was looked for; from the day of the wish.', null=True),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(condition=models.Q(('idea_news', 'never'), _negated=True), fields=['idea_news', 'idea_news_sent_at'], name='accounts_that_wish_news'),
        ),
    ]
