"""Addresses of registering, invitations, attendance and materials."""

from django.urls import path

from placet.stages.dialogues.views import inviting, materials, registering, registrations

urlpatterns = [
    path("my-dialogues/", registering.my_dialogues, name="my-dialogues"),
    path("dialogue/<str:reference>/register/", registering.register, name="register"),
    path(
        "dialogue/<str:reference>/register/cancel/",
        registering.cancel_registration,
        name="cancel-registration",
    ),
    path("dialogue-invitation/<str:token>/", registering.invitation, name="invitation"),
    path("dialogue/<str:reference>/materials/<uuid:pk>/", materials.material, name="material"),
    path("manage/dialogue/<str:reference>/registrations/", registrations.registrations, name="registrations"),
    path(
        "manage/dialogue/<str:reference>/registrations/export/",
        registrations.export_registrations,
        name="export-registrations",
    ),
    path(
        "manage/dialogue/<str:reference>/registrations/<uuid:pk>/remove/",
        registrations.remove_registration,
        name="remove-registration",
    ),
    path("manage/dialogue/<str:reference>/breakout-rooms/", registrations.rooms, name="assign-rooms"),
    path(
        "manage/dialogue/<str:reference>/breakout-rooms/spread/",
        registrations.spread_over_rooms,
        name="spread-over-rooms",
    ),
    path(
        "manage/dialogue/<str:reference>/breakout-rooms/empty/",
        registrations.empty_rooms,
        name="empty-rooms",
    ),
    path("manage/dialogue/<str:reference>/invitations/", inviting.invitations, name="invitations"),
    path("manage/dialogue/<str:reference>/invitations/new/", inviting.invite, name="invite"),
    path(
        "manage/dialogue/<str:reference>/invitations/<int:pk>/revoke/",
        inviting.revoke_invitation,
        name="revoke-invitation",
    ),
    path("manage/dialogue/<str:reference>/materials/", materials.materials, name="materials"),
    path("manage/dialogue/<str:reference>/materials/upload/", materials.add_material, name="add-material"),
    path(
        "manage/dialogue/<str:reference>/materials/<uuid:pk>/remove/",
        materials.remove_material,
        name="remove-material",
    ),
]
