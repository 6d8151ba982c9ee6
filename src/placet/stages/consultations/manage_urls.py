"""Addresses of the pages that manage consultations."""

from django.urls import path

from placet.stages.consultations.views import imports, joining, manage, moderation

urlpatterns = [
    path("waiting/", manage.waiting, name="manage-waiting"),
    path("r/<slug:slug>/consultations/", manage.consultations, name="manage-list"),
    path("r/<slug:slug>/consultations/new/", manage.create, name="create"),
    path("c/<str:reference>/", manage.consultation, name="manage-consultation"),
    path("c/<str:reference>/change/", manage.change, name="change"),
    path("c/<str:reference>/open/", manage.open_, name="open"),
    path("c/<str:reference>/close/", manage.close, name="close"),
    path("c/<str:reference>/join-code/", joining.make, name="make-join-code"),
    path("c/<str:reference>/join-code/withdraw/", joining.withdraw, name="withdraw-join-code"),
    path("c/<str:reference>/statements/", moderation.statements, name="manage-statements"),
    path("c/<str:reference>/statements/add/", manage.add_statements, name="add-statements"),
    path("c/<str:reference>/moderation/", moderation.moderation, name="moderation"),
    path("c/<str:reference>/import/", imports.import_votes, name="import"),
    path("c/<str:reference>/import/<uuid:pk>/", imports.import_state, name="import-state"),
    path("c/<str:reference>/import/<uuid:pk>/retry/", imports.retry_import, name="retry-import"),
    path("s/<str:reference>/", moderation.statement, name="manage-statement"),
    path("s/<str:reference>/decision/", moderation.decide, name="decide"),
    path("s/<str:reference>/meta/", moderation.mark_meta, name="mark-meta"),
    path("s/<str:reference>/merge/", moderation.merge, name="merge"),
    path("s/<str:reference>/merge/undo/", moderation.undo_merge, name="undo-merge"),
    path("s/<str:reference>/translations/", moderation.translate, name="translate"),
]
