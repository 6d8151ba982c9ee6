from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "placet.ui"
    label = "ui"
