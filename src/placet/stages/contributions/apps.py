from django.apps import AppConfig


class ContributionsConfig(AppConfig):
    name = "placet.stages.contributions"
    label = "contributions"
