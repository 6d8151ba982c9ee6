from django.apps import AppConfig


class SensemakingConfig(AppConfig):
    name = "placet.stages.sensemaking"
    label = "sensemaking"
