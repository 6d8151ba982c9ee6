from django.apps import AppConfig


class TextsConfig(AppConfig):
    name = "placet.stages.texts"
    label = "texts"
