"""Addresses of this stage's pages."""

from django.urls import include, path

from placet.stages.consultations.views import joining, participate, tokens

app_name = "consultations"
urlpatterns = [
    path("c/<str:reference>/", participate.consultation, name="consultation"),
    path("c/<str:reference>/start/", participate.start, name="start"),
    path("c/<str:reference>/vote/", participate.vote, name="vote"),
    path("c/<str:reference>/ahead/", participate.ahead, name="ahead"),
    path("c/<str:reference>/join/", joining.join, name="join"),
    path("c/<str:reference>/join/<str:code>/", joining.join_by_link, name="join-by-link"),
    path("c/<str:reference>/token/", tokens.token, name="token"),
    path("c/<str:reference>/statements/", participate.statements, name="statements"),
    path("c/<str:reference>/statements/new/", participate.add_statement, name="add-statement"),
    path("c/<str:reference>/statements/mine/", participate.own_statements, name="own-statements"),
    path("c/<str:reference>/statements/mine/withdraw/", participate.withdraw, name="withdraw"),
    path("manage/", include("placet.stages.consultations.manage_urls")),
]
