"""Milliseconds of server time of the list of contributions, through Django's test client.

``python benchmarks/contributions.py`` fills a fresh database with 10,000 published contributions in two
languages, and asks for the first page, pages behind filters and the last page, each several times after one
that warms up. Milliseconds are medians; those of the processor and the number of queries stand beside them:
on a busy machine the clock says little. PostgreSQL is a cluster of its own.
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from placet.cli.loads.platform import environment, prepare
from placet.cli.loads.postgresql import fresh_database

WORDS = [
    "allies",
    "should",
    "share",
    "warnings",
    "early",
    "and",
    "exercise",
    "together",
    "every",
    "year",
    "on",
    "ports",
    "rails",
    "grids",
    "data",
]
REPEATS = 15


def fill(n: int) -> None:
    """Published contributions of all kinds, from several members and organisations, a third in French."""
    from django.utils import timezone

    from placet.stages.contributions.models import Contribution
    from placet.stages.mandates import actions, references
    from placet.stages.mandates.models import Constituency, Member, Priority, Reflection, Role, RoleGrant
    from placet.stages.mandates.organisations import OrganisationFrame, add_organisation
    from placet.stages.people.models import Account
    from placet.stages.texts.actions import NewText, create_texts

    chance = random.Random(20_261_123)
    reflection, secretariat = Reflection.objects.get(), Account.objects.get()
    RoleGrant.objects.get_or_create(reflection=reflection, account=secretariat, role=Role.SECRETARIAT)
    if not Member.objects.exists():
        actions.add_members(
            secretariat, reflection, {code: {"en": code} for code in ("FR", "PL", "DE", "IT", "ES", "NO")}
        )
    if not Constituency.objects.exists():
        actions.add_constituencies(secretariat, reflection, {"experts": {"en": "Experts"}})
    bodies = [
        add_organisation(secretariat, reflection, OrganisationFrame({"en": f"Body {number}"}))
        for number in range(40)
    ]
    members, priorities = list(Member.objects.all()), list(Priority.objects.all())
    constituency = Constituency.objects.first()

    def said(length: int) -> str:
        return " ".join(chance.choice(WORDS) for _word in range(length)).capitalize() + "."

    texts = create_texts(
        NewText({language: said(length)}, language)
        for number in range(n)
        for language in ("fr" if number % 3 == 0 else "en",)
        for length in (10, 35, 250)
    )
    taken = references.take_references(reflection, references.CONTRIBUTION, n)
    now = timezone.now()
    Contribution.objects.bulk_create(
        (
            Contribution(
                reflection=reflection,
                reference=next(taken),
                kind=Contribution.Kind.values[number % 4],
                title=texts[3 * number],
                summary=texts[3 * number + 1],
                body=texts[3 * number + 2],
                organisation=chance.choice(bodies) if number % 5 == 0 else None,
                member=chance.choice(members),
                constituency=constituency if number % 2 else None,
                priority=chance.choice(priorities),
                state=Contribution.State.PUBLISHED,
                endorsement_count=chance.randrange(12),
                submitted_at=now,
                published_at=now - timedelta(minutes=number),
                is_simulated=True,
            )
            for number in range(n)
        ),
        batch_size=500,
    )


def measure(address: str) -> dict[str, Any]:
    """Median and slowest milliseconds of one address, those of the processor, and its queries."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, seconds, processor = Client(), [], []
    client.get(address)
    for _time in range(REPEATS):
        begun, cpu = time.perf_counter(), time.process_time()
        answer = client.get(address)
        seconds.append(time.perf_counter() - begun)
        processor.append(time.process_time() - cpu)
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return {
        "median_ms": round(1000 * statistics.median(seconds), 1),
        "slowest_ms": round(1000 * max(seconds), 1),
        "median_cpu_ms": round(1000 * statistics.median(processor), 1),
        "queries": len(queries),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--contributions", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=Path(), help="On the disk to be measured.")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(dir=arguments.folder.absolute(), prefix="bench-list-") as name,
        fresh_database(arguments.database) as url,
    ):
        folder = Path(name)
        kept = environment(folder / "home", url, 8000) | {"DJANGO_SETTINGS_MODULE": "placet.config.settings"}
        prepare(kept, 1, 1, folder / "ground")
        os.environ.clear()
        os.environ.update(kept | {"PLACET_ALLOWED_HOSTS": "testserver", "PLACET_LOG_LEVEL": "ERROR"})
        import django

        django.setup()
        from django.core.management import call_command

        from placet.stages.contributions.models import Contribution
        from placet.stages.mandates.models import Member, Organisation, Reflection

        call_command("collectstatic", interactive=False, verbosity=0)
        begun = time.perf_counter()
        fill(arguments.contributions)
        filled = time.perf_counter() - begun
        first = f"/en/r/{Reflection.objects.get().slug}/contributions/"
        member, body = Member.objects.all()[0], Organisation.objects.all()[0]
        one = Contribution.objects.order_by("-published_at")[0]
        pages = {
            "first": first,
            "first_french": first.replace("/en/", "/fr/"),
            "by_kind_and_member": f"{first}?kind=solution&member={member.pk}",
            "by_organisation": f"{first}?organisation={body.pk}",
            "by_language": f"{first}?language=fr",
            "most_endorsed": f"{first}?order=endorsed",
            "by_words": f"{first}?q=ports+rails",
            "last": f"{first}?page=999999",
            "one_contribution": f"/en/k/{one.reference}/",
        }
        found: dict[str, Any] = {
            "database": arguments.database,
            "contributions": arguments.contributions,
            "fill_seconds": round(filled, 1),
        }
        found["pages"] = {what: measure(address) for what, address in pages.items()}
    json.dump(found, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
