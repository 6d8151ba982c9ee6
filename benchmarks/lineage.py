"""Server time of the lineage of a reflection with 16,000 inputs, through Django's test client.

``python benchmarks/lineage.py`` fills a fresh database: statements in themes, some of them merged,
contributions, findings that cite themes and inputs, proposals with clauses, decisions, commitments. Then it
asks for the river and for "what became of my idea" of 60 inputs, each several times after one that warms up.
Milliseconds are of the whole page, frame and template included; those of the processor stand beside: on a
busy machine the clock says little. PostgreSQL is a cluster of its own.
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from placet.cli.loads.platform import environment, prepare
from placet.cli.loads.postgresql import fresh_database

N_THEMES, N_FINDINGS, N_PROPOSALS, CLAUSES_EACH = 120, 60, 8, 8
REPEATS = 7
IDEAS = 60


def fill(n_inputs: int) -> list[str]:
    """A reflection that went the whole way; returns references of inputs, cited ones first."""
    from django.utils import timezone

    from placet.stages.consultations.models import Consultation, Statement, StatementMerge
    from placet.stages.contributions.models import Contribution
    from placet.stages.decisions.models import Decision, Meeting
    from placet.stages.followup.models import Commitment
    from placet.stages.mandates import references
    from placet.stages.mandates.models import Priority, Reflection
    from placet.stages.people.models import Account
    from placet.stages.proposals.freezing import canonical, composed, digest_of
    from placet.stages.proposals.models import Citation, Clause, FrozenText, Proposal
    from placet.stages.sensemaking.finding_models import Evidence, Finding
    from placet.stages.sensemaking.theme_models import Theme, ThemeAssignment, ThemeRun
    from placet.stages.texts.actions import NewText, create_texts
    from placet.stages.texts.models import TextVersion

    chance = random.Random(20_261_123)
    reflection, account = Reflection.objects.get(), Account.objects.get()
    consultation, priority = Consultation.objects.get(), Priority.objects.all()[0]
    now = timezone.now()

    def texts(n: int, what: str) -> list[Any]:
        return create_texts(
            NewText({"en": f"{what} {number}.", "fr": f"{what} {number} !"}, "en") for number in range(n)
        )

    def refer(kind: str, n: int) -> Iterable[str]:
        return references.take_references(reflection, kind, n)

    n_contributions = n_inputs // 10
    n_statements = n_inputs - n_contributions
    statements = Statement.objects.bulk_create(
        (
            Statement(
                consultation=consultation, reference=reference, text=text, state="accepted", submitted_at=now
            )
            for reference, text in zip(
                refer(references.STATEMENT, n_statements), texts(n_statements, "A statement"), strict=True
            )
        ),
        batch_size=500,
    )
    merged = [
        StatementMerge(statement=s, into=statements[0], state_before="accepted", merged_at=now)
        for s in statements[-1000:]
    ]
    for number, merge in enumerate(merged):
        merge.into = statements[number * 7]
    StatementMerge.objects.bulk_create(merged, batch_size=500)
    Statement.objects.filter(pk__in=[each.statement_id for each in merged]).update(state="merged")
    contributions = Contribution.objects.bulk_create(
        (
            Contribution(
                reflection=reflection, reference=reference, kind="idea", title=title, body=title,
                state="published", priority=priority, submitted_at=now, published_at=now,
            )
            for reference, title in zip(
                refer(references.CONTRIBUTION, n_contributions),
                texts(n_contributions, "A contribution"),
                strict=True,
            )
        ),
        batch_size=500,
    )  # fmt: skip
    run = ThemeRun.objects.create(
        consultation=consultation, reference=next(iter(refer("TR", 1))), state="done", requested_by=account,
        enqueued_at=now, finished_at=now, seed=1, result="{}",
    )  # fmt: skip
    themes = Theme.objects.bulk_create(
        Theme(consultation=consultation, reference=reference, name=name)
        for reference, name in zip(refer("TH", N_THEMES), texts(N_THEMES, "A theme"), strict=True)
    )
    versions = dict(
        TextVersion.objects.filter(text__in=[s.text_id for s in statements]).values_list("text_id", "pk")
    )
    ThemeAssignment.objects.bulk_create(
        (
            ThemeAssignment(
                statement=s,
                theme=chance.choice(themes),
                version_id=versions[s.text_id],
                run=run,
                first_run=run,
            )
            for s in statements[: int(0.85 * n_statements)]
        ),
        batch_size=500,
    )
    findings = Finding.objects.bulk_create(
        Finding(
            reflection=reflection,
            reference=reference,
            state="published",
            title=title,
            text=title,
            published_at=now,
        )
        for reference, title in zip(
            refer(references.FINDING, N_FINDINGS), texts(N_FINDINGS, "A finding"), strict=True
        )
    )
    cited = []
    for finding in findings:
        cited += [Evidence(finding=finding, theme=each) for each in chance.sample(themes, 2)]
        cited += [Evidence(finding=finding, statement=each) for each in chance.sample(statements, 25)]
        cited += [Evidence(finding=finding, contribution=each) for each in chance.sample(contributions, 8)]
    Evidence.objects.bulk_create(cited, batch_size=500)
    for proposal_reference, title in zip(
        refer(references.PROPOSAL, N_PROPOSALS), texts(N_PROPOSALS, "A proposal"), strict=True
    ):
        proposal = Proposal.objects.create(
            priority=priority,
            reference=proposal_reference,
            state="published",
            title=title,
            summary=title,
            published_at=now,
        )
        clauses = Clause.objects.bulk_create(
            Clause(proposal=proposal, reference=reference, position=place, text=text)
            for place, (reference, text) in enumerate(
                zip(refer(references.CLAUSE, CLAUSES_EACH), texts(CLAUSES_EACH, "A clause"), strict=True),
                start=1,
            )
        )
        Citation.objects.bulk_create(
            Citation(clause=clause, finding=finding)
            for clause in clauses
            for finding in chance.sample(findings[:-10], 3)
        )
        document = canonical(composed(proposal, 1))
        frozen = FrozenText.objects.create(
            proposal=proposal, number=1, document=document, digest=digest_of(document), frozen_at=now
        )
        meeting = Meeting.objects.create(
            reflection=reflection,
            reference=next(iter(refer(references.MEETING, 1))),
            title=title,
            starts_at=now,
            time_zone="UTC",
        )
        decision = Decision.objects.create(
            text=frozen,
            reference=next(iter(refer(references.DECISION, 1))),
            way="meeting",
            meeting=meeting,
            adopted_at=now,
        )
        Proposal.objects.filter(pk=proposal.pk).update(state="adopted")
        Commitment.objects.bulk_create(
            Commitment(
                decision=decision, clause=clause, reference=reference, title=title, lead_name=title,
                published_at=now, due_date=(now + timedelta(days=300)).date(),
            )
            for clause, reference in zip(clauses, refer(references.COMMITMENT, CLAUSES_EACH), strict=True)
        )  # fmt: skip
    wanted = {each.statement_id for each in cited if each.statement_id}
    some = [each.reference for each in statements if each.pk in wanted][: IDEAS // 2]
    some += [each.reference for each in chance.sample(statements[:10_000], IDEAS // 4)]
    return some + [each.reference for each in chance.sample(contributions, IDEAS - len(some))]


def measure(addresses: list[str], repeats: int) -> dict[str, Any]:
    """Milliseconds of addresses asked one after the other, those of the processor, queries and weight."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, clock, processor, weights = Client(), [], [], []
    client.get(addresses[0])
    for address in addresses * repeats:
        begun, cpu = time.perf_counter(), time.process_time()
        answer = client.get(address)
        clock.append(1000 * (time.perf_counter() - begun))
        processor.append(1000 * (time.process_time() - cpu))
        weights.append(len(answer.content))
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")
    n_queries = []
    for address in addresses:
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        n_queries.append(len(queries))
    return {
        "median_ms": round(statistics.median(clock), 1),
        "p95_ms": round(sorted(clock)[int(0.95 * (len(clock) - 1))], 1),
        "median_cpu_ms": round(statistics.median(processor), 1),
        "p95_cpu_ms": round(sorted(processor)[int(0.95 * (len(processor) - 1))], 1),
        "queries_most": max(n_queries),
        "heaviest_kb": round(max(weights) / 1000),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--inputs", type=int, default=16_000)
    parser.add_argument("--folder", type=Path, default=Path(), help="On the disk to be measured.")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(dir=arguments.folder.absolute(), prefix="bench-lineage-") as name,
        fresh_database(arguments.database) as url,
    ):
        folder = Path(name)
        kept = environment(folder / "home", url, 8000) | {"DJANGO_SETTINGS_MODULE": "placet.config.settings"}
        prepare(kept, 1, 1, folder / "ground")
        os.environ.clear()
        os.environ.update(kept | {"PLACET_ALLOWED_HOSTS": "testserver", "PLACET_LOG_LEVEL": "ERROR"})
        import django

        django.setup()
        begun = time.perf_counter()
        ideas = fill(arguments.inputs)
        found: dict[str, Any] = {
            "database": arguments.database,
            "inputs": arguments.inputs,
            "fill_seconds": round(time.perf_counter() - begun, 1),
            "river": measure(["/en/r/load/lineage/"], REPEATS),
            "what_became": measure([f"/en/became/{each}/" for each in ideas], 2),
            "statement_page": measure([f"/en/s/{each}/" for each in ideas if "-S-" in each], 1),
            "feed": measure([f"/en/became/{ideas[0]}/feed/"], REPEATS),
        }
        from placet.stages.proposals.models import Clause

        clause = Clause.objects.all()[0].reference
        found["voices"] = measure([f"/en/voices/{clause}/", f"/fr/voices/{clause}/?page=9"], REPEATS)
    json.dump(found, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
