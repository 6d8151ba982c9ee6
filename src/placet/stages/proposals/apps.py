from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    name = "placet.stages.proposals"
    label = "proposals"
