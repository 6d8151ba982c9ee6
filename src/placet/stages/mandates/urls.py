"""Addresses of this stage's pages."""

from django.urls import include, path

from placet.stages.mandates.views import belonging, invitations, organisations, people, setup

app_name = "mandates"
_reflection = [
    path("", setup.overview, name="manage-reflection"),
    path("frame/", setup.frame, name="frame"),
    path("mandate/", setup.mandate, name="mandate"),
    path("priorities/", setup.priorities, name="priorities"),
    path("priorities/add/", setup.add_priority, name="add-priority"),
    path("priorities/<int:number>/", setup.change_priority, name="change-priority"),
    path("members/", belonging.members, name="members"),
    path("members/<str:code>/", belonging.change_member, name="change-member"),
    path("members/<str:code>/remove/", belonging.remove_member, name="remove-member"),
    path("constituencies/", belonging.constituencies, name="constituencies"),
    path("constituencies/usual/add/", belonging.add_usual_constituencies, name="add-usual-constituencies"),
    path("constituencies/<slug:key>/", belonging.change_constituency, name="change-constituency"),
    path("constituencies/<slug:key>/remove/", belonging.remove_constituency, name="remove-constituency"),
    path("calendar/", setup.calendar, name="calendar"),
    path("calendar/add/", setup.add_milestone, name="add-milestone"),
    path("calendar/<int:pk>/", setup.change_milestone, name="change-milestone"),
    path("calendar/<int:pk>/remove/", setup.remove_milestone, name="remove-milestone"),
    path("publish/", setup.publish, name="publish"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/add/", organisations.add_organisation, name="add-organisation"),
    path("organisations/<uuid:pk>/", organisations.organisation, name="organisation"),
    path("organisations/<uuid:pk>/change/", organisations.change_organisation, name="change-organisation"),
    path(
        "organisations/<uuid:pk>/representatives/<int:representative_pk>/revoke/",
        organisations.revoke_representative,
        name="revoke-representative",
    ),
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/invitations/<int:pk>/revoke/", people.revoke_invitation, name="revoke-invitation"),
    path("people/roles/<int:pk>/revoke/", people.revoke_role, name="revoke-role"),
]
urlpatterns = [
    path("manage/", setup.manage, name="manage"),
    path("manage/new-reflection/", setup.found, name="found"),
    path("manage/r/<slug:slug>/", include(_reflection)),
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
]
