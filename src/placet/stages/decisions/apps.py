from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "placet.stages.decisions"
    label = "decisions"
