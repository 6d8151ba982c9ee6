from django.apps import AppConfig


class DemonstrationConfig(AppConfig):
    name = "placet.demonstration"
    label = "demonstration"
