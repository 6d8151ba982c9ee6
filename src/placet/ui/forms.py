"""One look for every form of the platform."""

from django.forms.renderers import DjangoTemplates


class InterfaceRenderer(DjangoTemplates):
    """Django's form renderer with the templates of the interface."""

    field_template_name = "ui/forms/field.html"
    form_template_name = "ui/forms/form.html"
