from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "placet.stages.record"
    label = "record"
