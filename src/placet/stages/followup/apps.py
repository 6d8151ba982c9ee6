from django.apps import AppConfig


class FollowupConfig(AppConfig):
    name = "placet.stages.followup"
    label = "followup"
