"""Rules of ``docs/architecture.md`` that a linter cannot see."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Field, ForeignObjectRel, Model

PREFIX = "placet.stages."
STAGES = [name.removeprefix(PREFIX) for name in settings.INSTALLED_APPS if name.startswith(PREFIX)]


def stage_of(model: type[Model]) -> str | None:
    """The stage a model belongs to."""
    name = apps.get_app_config(model._meta.app_label).name
    return name.removeprefix(PREFIX) if name.startswith(PREFIX) else None


def links() -> Iterator[tuple[type[Model], "Field[object, object]", type[Model]]]:
    """Every foreign key and many-to-many link of a stage's model to a stage's model."""
    for model in apps.get_models(include_auto_created=True):
        if stage_of(model) is None:
            continue
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
            target = field.related_model
            if isinstance(target, type) and stage_of(target) is not None:
                yield model, field, target


def test_the_stages_are_listed_in_the_order_of_the_import_contract(repository: Path) -> None:
    contracts = tomllib.loads((repository / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(
        contract["layers"] for contract in contracts if contract.get("containers") == ["placet.stages"]
    )
    assert layers[::-1] == STAGES
    assert {path.parent.name for path in (repository / "src/placet/stages").glob("*/apps.py")} == set(STAGES)


def test_no_link_points_to_a_later_stage() -> None:
    found = list(links())
    assert len(found) > 10
    for model, field, target in found:
        mine, other = stage_of(model), stage_of(target)
        assert mine is not None
        assert other is not None
        assert STAGES.index(other) <= STAGES.index(mine), f"{model.__name__}.{field.name} points to {other}"


def test_no_link_makes_an_accessor_on_another_stages_model() -> None:
    for model, field, target in links():
        if stage_of(model) != stage_of(target):
            relation = field.remote_field
            assert isinstance(relation, ForeignObjectRel)
            assert relation.hidden, f'{model.__name__}.{field.name} needs related_name="+"'


def test_there_are_no_generic_links_and_no_signals_of_our_own(repository: Path) -> None:
    for path in (repository / "src").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "GenericForeignKey" not in text, path
        assert "django.dispatch" not in text, path
        assert "models.signals" not in text, path


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [("['--help']", ["django", "numpy", "polars"]), ("['analyze', '--help']", ["django"])],
)
def test_the_command_line_loads_what_a_command_needs(arguments: str, absent: list[str]) -> None:
    code = (
        "import sys\nfrom placet.cli import main\n"
        f"main({arguments}, standalone_mode=False)\n"
        f"sys.exit(' '.join(name for name in {absent} if name in sys.modules) or 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
