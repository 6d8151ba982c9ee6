"""Addresses that exist in the demonstration alone."""

from django.urls import path

from placet.demonstration import views

app_name = "demonstration"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/<slug:role>/<str:token>/", views.sign_in, name="sign-in"),
    path("mail/", views.mailbox, name="mailbox"),
]
