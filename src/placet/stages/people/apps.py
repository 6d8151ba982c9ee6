from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "placet.stages.people"
    label = "people"
