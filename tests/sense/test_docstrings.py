"""What docstrings show comes out, and what is public says what it takes."""

from __future__ import annotations

import dataclasses
import doctest
import inspect
import pkgutil
import re
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

import placet.sense

MODULES = [found.name for found in pkgutil.walk_packages(placet.sense.__path__, "placet.sense.")]
OPTIONS = doctest.NORMALIZE_WHITESPACE


def find_examples(module: ModuleType) -> list[doctest.DocTest]:
    return [found for found in doctest.DocTestFinder().find(module) if found.examples]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_come_out(name: str) -> None:
    for example in find_examples(import_module(name)):
        results = doctest.DocTestRunner(optionflags=OPTIONS).run(example)
        assert results.failed == 0, f"{example.name}: see the output"


def test_there_are_examples_where_a_newcomer_looks() -> None:
    with_examples = {found.name for name in MODULES for found in find_examples(import_module(name))}
    shown = {name.rsplit(".", 1)[-1] for name in with_examples}
    expected = {"analyze", "from_events", "CovoteMoments", "fit_space", "find_groups", "wilson_interval"}
    assert expected <= shown


def sections_of(described: Any) -> dict[str, str]:
    """The sections of a docstring, by title."""
    text = inspect.getdoc(described) or ""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def names_in(section: str) -> set[str]:
    """What a section of numpydoc form describes: one name, or several before a colon or alone."""
    heads = re.findall(r"^(\*{0,2}\w[\w, *]*?)(?: ?:.*)?$", section, flags=re.MULTILINE)
    return {name.strip(" *") for head in heads for name in head.split(",")}


def parameters_of(function: Any) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name not in {"self", "cls"}]


def check_function(function: Any) -> None:
    name = function.__qualname__
    assert inspect.getdoc(function), f"{name} has no docstring"
    sections, parameters = sections_of(function), parameters_of(function)
    if parameters:
        assert "Parameters" in sections, f"{name} does not describe its parameters"
        missing = set(parameters) - names_in(sections["Parameters"])
        assert not missing, f"{name} does not describe {missing}"
    returned = inspect.signature(function).return_annotation
    if returned not in {"None", None}:
        kinds = {"Returns", "Yields"} & sections.keys()
        assert kinds, f"{name} does not say what it returns"


@pytest.mark.parametrize("name", placet.sense.__all__)
def test_what_is_public_says_what_it_takes(name: str) -> None:
    public = getattr(placet.sense, name)
    if not inspect.isclass(public):
        check_function(public)
        return
    assert inspect.getdoc(public), f"{name} has no docstring"
    sections = sections_of(public)
    described = names_in(sections.get("Attributes", "") + sections.get("Parameters", ""))
    fields = (
        {field.name for field in dataclasses.fields(public)}
        if dataclasses.is_dataclass(public)
        else set(parameters_of(public))
    )
    missing = {field for field in fields if not field.startswith("_")} - described
    assert not missing, f"{name} does not describe {missing}"
    for method, function in vars(public).items():
        if not method.startswith("_") and (
            callable(function) or isinstance(function, classmethod | property)
        ):
            assert inspect.getdoc(function), f"{name}.{method} has no docstring"
