from django.apps import AppConfig


class MandatesConfig(AppConfig):
    name = "placet.stages.mandates"
    label = "mandates"
