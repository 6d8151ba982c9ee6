"""A small Polis export to import, whole and as an archive."""

import io
import zipfile
from collections.abc import Mapping

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from placet.stages.consultations.imports import request_import, run_import
from placet.stages.consultations.models import VoteImport
from tests.stages.reflections import SmallReflection

COMMENTS = """timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body
1,x,0,10,2,0,1,First
2,x,1,11,0,1,-1,Rejected
3,x,2,10,1,1,0,"<script>alert(1)</script>"
"""
# Participant 11 changed a vote on statement 2: from disagree to agree.
VOTES = """timestamp,datetime,comment-id,voter-id,vote
1417000000000,x,0,10,1
1417000001000,x,0,11,1
1417000002000,x,1,10,-1
1417000005000,x,2,11,1
1417000003000,x,2,11,-1
"""
WIDE = """participant,group-id,n-comments,n-votes,n-agree,n-disagree,0,1,2
10,0,2,2,1,1,1,-1,
11,0,1,2,2,0,1,,1
"""


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


EXPORT = {"comments.csv": COMMENTS, "votes.csv": VOTES, "participants-votes.csv": WIDE}


def imported(
    small: SmallReflection,
    content: bytes | None = None,
    *,
    name: str = "export.zip",
    flips_signs: bool = False,
    language: str = "en",
) -> VoteImport:
    """Upload, let the worker work, and look at what became of it."""
    file = SimpleUploadedFile(name, zipped(EXPORT) if content is None else content)
    made = request_import(
        small.secretariat, small.consultation, [file], language=language, flips_signs=flips_signs
    )
    run_import(made.pk)
    made.refresh_from_db()
    return made


def changed(name: str, old: str, new: str) -> bytes:
    assert old in EXPORT[name]
    return zipped(EXPORT | {name: EXPORT[name].replace(old, new)})


def form_data(client: Client, address: str) -> dict[str, object]:
    """What a browser sends back unasked."""
    form = client.get(address).context["form"]
    return {"form_key": str(form["form_key"].value()), "language": "en"}
