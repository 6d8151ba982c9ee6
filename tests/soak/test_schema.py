"""The ballot path answers as its OpenAPI document says, whatever is sent: schemathesis draws the requests."""

import time
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
def test_answers_as_documented(case: schemathesis.Case, site: Site) -> None:
    session_key, token = site.ground.voters[0]
    headers = {"Authorization": f"Bearer {token}", "Cookie": f"sessionid={session_key}"}
    if case.path_parameters and "reference" in case.path_parameters:
        case.path_parameters["reference"] = site.ground.reference
    began_at = time.perf_counter()
    response = case.call(base_url=f"http://localhost:{site.port}", headers=headers)
    if IS_FULL:  # by hand, on a machine that does nothing else: CI's may be busy
        assert time.perf_counter() - began_at < 1.0
    case.validate_response(
        response,
        checks=[not_a_server_error, status_code_conformance, response_schema_conformance],
    )
