"""Addresses of amendments and frozen texts: for everybody, for delegations, for the secretariat."""

from django.urls import path

from placet.stages.proposals.amending.views import delegations, managing, public

urlpatterns = [
    path("p/<str:reference>/amendments/", public.amendments, name="amendments"),
    path("p/<str:reference>/amendments.csv", public.amendments_as_csv, name="amendments-csv"),
    path("p/<str:reference>/amendments.docx", public.amendments_as_docx, name="amendments-docx"),
    path("p/<str:reference>/consolidated/", public.consolidated, name="consolidated"),
    path("p/<str:reference>/frozen/<int:number>/", public.frozen, name="frozen"),
    path("p/<str:reference>/frozen/<int:number>/document.json", public.document, name="frozen-document"),
    path("am/<str:reference>/", public.amendment, name="amendment"),
    path("am/<str:reference>/stand/", delegations.stand, name="take-stand"),
    path("am/<str:reference>/withdraw/", delegations.withdraw, name="withdraw-amendment"),
    path("p/<str:reference>/amend/", delegations.choose, name="choose-clause"),
    path("p/<str:reference>/amend/first/", delegations.amend_first, name="amend-first"),
    path("p/<str:reference>/amend/<str:clause_reference>/<slug:kind>/", delegations.amend, name="amend"),
    path("r/<slug:slug>/delegation/amendments/", delegations.desk, name="delegation-amendments"),
    path("manage/proposal/<str:reference>/amendments/", managing.manage, name="manage-amendments"),
    path("manage/proposal/<str:reference>/amendments/open/", managing.open_proposal, name="open-amendments"),
    path("manage/proposal/<str:reference>/freeze/", managing.freeze, name="freeze-proposal"),
    path("manage/amendment/<str:reference>/answer/", managing.answer, name="answer-amendment"),
]
