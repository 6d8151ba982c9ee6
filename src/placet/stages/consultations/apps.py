from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    name = "placet.stages.consultations"
    label = "consultations"
