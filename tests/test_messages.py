"""The tool that collects, compiles and checks translations."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

NB = "\u00a0"

PYTHON = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext
a = _("Mandate")
b = gettext_lazy("%(name)s has voted")
c = ngettext("%(n)s vote", "%(n)s votes", 2)
d = pgettext("month", "May")
"""
TEMPLATE = """
    {% load i18n %}
  <p title="{% translate "It's open" %}">{{ x|default:_("nobody") }}
        {% blocktranslate trimmed count n=votes %}
           {{ n }} ballot
        {% plural %}
           {{ n }} ballots
        {% endblocktranslate %}
 don't ( [ { {% translate "May" context "permission" %}
"""
ENGLISH = {
    ("", "Mandate"),
    ("", "%(name)s has voted"),
    ("", "%(n)s vote"),
    ("month", "May"),
    ("", "It's open"),
    ("", "nobody"),
    ("", "%(n)s ballot"),
    ("permission", "May"),
}


@pytest.fixture(scope="module")
def messages(repository: Path) -> ModuleType:
    """The tool, which is no package."""
    spec = importlib.util.spec_from_file_location("messages", repository / "tools" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["messages"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def app(tmp_path: Path, messages: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An app with messages in Python and in a template, none translated."""
    monkeypatch.setattr(messages, "PACKAGE", tmp_path)
    app = tmp_path / "stage"
    (app / "templates").mkdir(parents=True)
    (app / "apps.py").write_text("")
    (app / "views.py").write_text(PYTHON, encoding="utf-8")
    (app / "templates" / "page.html").write_text(TEMPLATE, encoding="utf-8")
    return app


def findings_of(messages: ModuleType, app: Path) -> list[str]:
    """What a check of the app says."""
    findings = messages.Findings()
    messages.check(messages.Domain(app), "fr", findings)
    return list(findings.lines)


def translate(app: Path, **strings: str) -> Path:
    """Fill in a catalogue by hand."""
    path = app / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    text = path.read_text(encoding="utf-8")
    for english, french in strings.items():
        text = text.replace(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{french}"')
    path.write_text(text, encoding="utf-8")
    return path


def test_finds_messages_in_python_and_in_templates(messages: ModuleType, app: Path) -> None:
    found = messages.extract_messages(messages.Domain(app))
    assert set(messages.translations(found)) == ENGLISH


def test_says_what_is_not_translated(messages: ModuleType, app: Path) -> None:
    assert "8 messages are not translated" in findings_of(messages, app)[0]
    messages.update(messages.Domain(app), "fr")
    lines = findings_of(messages, app)
    assert len([line for line in lines if "not translated: " in line]) == len(ENGLISH)


def test_a_complete_catalogue_is_complete_and_stays_as_it_is(messages: ModuleType, app: Path) -> None:
    (app / "templates" / "page.html").write_text("")
    (app / "views.py").write_text('_("Mandate")\n_("It is open: %(date)s")\n')
    domain = messages.Domain(app)
    messages.update(domain, "fr")
    path = translate(app, Mandate="Mandat", **{"It is open: %(date)s": f"C’est ouvert{NB}: %(date)s"})
    assert findings_of(messages, app) == ["stage/locale/fr/LC_MESSAGES/django.po: " + unbuilt()]
    messages.update(domain, "fr")
    assert findings_of(messages, app) == []
    before = path.read_bytes(), path.with_suffix(".mo").read_bytes()
    messages.update(domain, "fr")
    assert (path.read_bytes(), path.with_suffix(".mo").read_bytes()) == before
    assert b"Date" not in before[0]


def unbuilt() -> str:
    """What is said where the compiled catalogue is older than its source."""
    return "django.mo is not what django.po says (make messages)"


def test_a_message_that_left_the_code_is_named_and_dropped(
    messages: ModuleType, app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    domain = messages.Domain(app)
    messages.update(domain, "fr")
    translate(app, Mandate="Mandat")
    (app / "views.py").write_text("")
    assert any("no longer in the code: 'Mandate'" in line for line in findings_of(messages, app))
    messages.update(domain, "fr")
    assert "'Mandate' = 'Mandat'" in capsys.readouterr().out
    assert not any("Mandate" in line for line in findings_of(messages, app))


def test_placeholders_have_to_be_the_same(messages: ModuleType, app: Path) -> None:
    messages.update(messages.Domain(app), "fr")
    translate(app, **{"%(name)s has voted": "%(nom)s a voté"})
    assert any("placeholders differ" in line for line in findings_of(messages, app))


@pytest.mark.parametrize(
    ("text", "n_slips"),
    [
        ("Le mandat d’une réflexion", 0),
        (f"Qui{NB}?", 0),
        ("Qui\u202f?", 0),
        (f"«{NB}oui{NB}»", 0),
        ("Une valeur (?) possible", 0),
        ('<a class="x" href="https://a.example/?b=1:2">ici</a>', 0),
        ("%(n)s&nbsp;: à voir", 0),
        ("Le mandat d'une réflexion", 1),
        ("Qui ?", 1),
        ("Qui?", 1),
        ("« oui »", 2),
        ('Dire "oui"', 1),
        ("À suivre...", 1),
        ("%(n)s : à voir", 1),
    ],
)
def test_french_typography(messages: ModuleType, text: str, n_slips: int) -> None:
    assert len(list(messages.french_slips(text))) == n_slips


def test_two_apps_may_not_translate_one_message_differently(messages: ModuleType) -> None:
    from babel.messages.catalog import Catalog

    one, other = Catalog(locale="fr"), Catalog(locale="fr")
    one.add("Change", "Modifier")
    other.add("Change", "Changer")
    assert "pgettext" in next(messages.conflicts([("one", one), ("other", other)]))
    assert not list(messages.conflicts([("one", one), ("other", one)]))
