"""The guide for operation names commands that exist, and shows what comes out."""

import json
import logging
import re
from pathlib import Path

import pytest
from click import Context

from placet.cli import main
from placet.config import observation
from placet.config.logs import JsonFormatter, request_id


@pytest.fixture
def guide(repository: Path) -> str:
    """Its text."""
    return (repository / "docs" / "guides" / "operation.md").read_text(encoding="utf-8")


def test_its_commands_exist_and_take_what_it_gives_them(guide: str) -> None:
    lines = "\n".join(re.findall(r"```sh\n(.*?)```", guide, re.DOTALL)).replace("\\\n", " ")
    calls = re.findall(
        r"(?:^|[/ ])placet ((?:serve|founder|backup|restore|doctor)\b.*)$", lines, re.MULTILINE
    )
    assert len(calls) == 6
    for call in calls:
        name, *arguments = call.split()
        command = main.get_command(Context(main), name)
        assert command is not None
        command.make_context(name, arguments)


def test_its_log_line_is_one(guide: str, caplog: pytest.LogCaptureFixture) -> None:
    [line] = re.findall(r"```json\n(.*?)\n```", guide)
    shown = json.loads(line)
    with caplog.at_level(logging.INFO, "placet.access"):
        observation.record_request(shown["route"], shown["method"], shown["status"], shown["ms"] / 1000)
    token = request_id.set(shown["request_id"])
    written = json.loads(JsonFormatter().format(caplog.records[-1]))
    request_id.reset(token)
    assert {**written, "time": ""} == {**shown, "time": ""}


def test_it_names_every_metric(guide: str) -> None:
    source = Path(observation.__file__).with_name("metrics.py").read_text(encoding="utf-8")
    names = re.findall(r'^        \("([a-z_]+)", "', source, re.MULTILINE)
    assert len(names) == 5
    assert [name for name in names if f"placet_{name}" not in guide] == []
