"""Addresses of the pages on which proposals are drafted."""

from django.urls import URLPattern, URLResolver, include, path

from placet.stages.proposals.views import clauses, desk, evidence, notes

_clause: list[URLPattern | URLResolver] = [
    path("", clauses.reword, name="reword-clause"),
    path("place/", clauses.place, name="place-clause"),
    path("remove/", clauses.remove, name="remove-clause"),
    path("split/", clauses.split, name="split-clause"),
    path("put-together/", clauses.merge, name="merge-clauses"),
    path("evidence/", evidence.panel, name="evidence"),
    path("evidence/cite/", evidence.cite, name="cite-finding"),
    path("evidence/<int:pk>/take-back/", evidence.take_back, name="take-back-citation"),
]
_proposal: list[URLPattern | URLResolver] = [
    path("", desk.proposal, name="draft"),
    path("change/", desk.change, name="change-proposal"),
    path("publish/", desk.publish, name="publish-proposal"),
    path("withdraw/", desk.withdraw, name="withdraw-proposal"),
    path("notes/", notes.write, name="write-note"),
    path("notes/<uuid:pk>/settle/", notes.settle, name="settle-note"),
    path("clauses/new/", clauses.add, name="add-clause"),
    path("clauses/<str:clause_reference>/", include(_clause)),
]
urlpatterns = [
    path("manage/r/<slug:slug>/proposals/", desk.proposals, name="manage-list"),
    path("manage/r/<slug:slug>/proposals/new/", desk.create, name="create-proposal"),
    path("manage/r/<slug:slug>/proposals/findings/", evidence.unanswered, name="unanswered"),
    path(
        "manage/r/<slug:slug>/proposals/findings/<str:reference>/",
        evidence.not_taken_up,
        name="not-taken-up",
    ),
    path(
        "manage/r/<slug:slug>/proposals/findings/<str:reference>/again/",
        evidence.take_up_again,
        name="take-up-again",
    ),
    path("manage/proposal/<str:reference>/", include(_proposal)),
]
