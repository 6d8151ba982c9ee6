from django.apps import AppConfig


class DialoguesConfig(AppConfig):
    name = "placet.stages.dialogues"
    label = "dialogues"
