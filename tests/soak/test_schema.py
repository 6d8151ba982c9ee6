"""The ballot path answers as its OpenAPI document says, whatever is sent: schemathesis draws the requests."""

import math
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.conftest import ON_POSTGRESQL
from tests.soak.conftest import IS_FULL, Site

pytestmark = pytest.mark.skipif(ON_POSTGRESQL, reason="this test brings its own databases, and ran before")

DOCUMENT = Path(__file__).parents[2] / "docs" / "api" / "ballots.openapi.json"
schema = schemathesis.openapi.from_path(DOCUMENT)
# What breaks the document as well as what keeps it.
schema.config.generation.update(
    modes=[schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
)

# A request that makes the server slow does so each time. One late answer in thousands is the machine's
# (another program, a checkpoint), and Hypothesis would look for its cause in that request, in vain.
LONGEST_SECONDS = 1.0 if IS_FULL else math.inf  # CI's machine may be busy all the time
N_TRIES = 3


@dataclass(frozen=True)
class Voter:
    """Who asks, and where: small, because Hypothesis prints the arguments of a test that fails in full."""

    base_url: str
    reference: str
    headers: dict[str, str]


@pytest.fixture(scope="module")
def voter(site: Site) -> Voter:
    session_key, token = site.ground.voters[0]
    headers = {"Authorization": f"Bearer {token}", "Cookie": f"sessionid={session_key}"}
    return Voter(f"http://localhost:{site.port}", site.ground.reference, headers)


@schema.parametrize()
@settings(
    max_examples=5_000 if IS_FULL else 60,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.filter_too_much,
        HealthCheck.too_slow,
    ],
)
def test_answers_as_documented(case: schemathesis.Case, voter: Voter) -> None:
    if case.path_parameters and "reference" in case.path_parameters:
        case.path_parameters["reference"] = voter.reference
    for _try in range(N_TRIES):
        began_at = time.perf_counter()
        response = case.call(base_url=voter.base_url, headers=voter.headers)
        seconds = time.perf_counter() - began_at
        if seconds < LONGEST_SECONDS:
            break
    else:
        pytest.fail(
            f"{N_TRIES} times in a row the answer took {LONGEST_SECONDS} s or more; at last {seconds:.1f} s."
        )
    case.validate_response(
        response,
        checks=[not_a_server_error, status_code_conformance, response_schema_conformance],
    )
