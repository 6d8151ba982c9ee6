"""Figures in the text of a finding: how they are written, where they come from, and when they change."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from placet.stages.sensemaking.documents import document_of
from placet.stages.sensemaking.findings.figures import (
    Fault,
    FigureKey,
    keys_of,
    percentage,
    percentages,
    pieces_of,
    typed_percentages,
)
from placet.stages.sensemaking.findings.queries import FindingView, finding_views
from placet.stages.sensemaking.findings.writing import NewFinding, choose_run, write_finding
from placet.stages.sensemaking.models import Release
from placet.stages.texts.actions import save_translation
from tests.stages.reflections import SmallReflection
from tests.stages.sensemaking.findings.findings import SmallFinding
from tests.stages.sensemaking.opinions import analysed, plant

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> SmallFinding:
    return SmallFinding()


def view_of(made: SmallFinding, language: str = "en") -> FindingView:
    (view,) = finding_views([made.finding], language)
    return view


def refused(made: SmallFinding, **text: str) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refusal:
        made.write({"en": "Nothing yet.", **text})
    return dict(refusal.value.message_dict)


def test_a_text_is_taken_apart_and_put_together_again() -> None:
    assert pieces_of("So many, {agree n30-S-0142}, and { x.") == [
        "So many, ",
        FigureKey("agree", "N30-S-0142"),
        ", and ",
        Fault("{"),
        " x.",
    ]
    assert keys_of("{votes\u00a0N30-S-1} {votes N30-S-1}") == {FigureKey("votes", "N30-S-1")}
    assert pieces_of("{agree}") == [Fault("{agree}")]


def test_each_language_writes_numbers_in_its_own_way() -> None:
    assert percentage(0.674, "en") == "67%"
    assert percentage(0.674, "fr") == "67\u00a0%"
    assert percentages(0.61, 0.73, "fr") == "61–73\u00a0%"
    assert percentages(0.6712, 0.6799, "fr") == "67,1–68,0\u00a0%"
    assert percentage(0.5, "not a language") == "50%"


def test_typed_percentages_are_found_and_references_are_not() -> None:
    found = typed_percentages("Some 67 % and 12.5% and 8 pour cent, {agree N30-S-0142}, in 2030.")
    assert found == ["67 %", "12.5%", "8 pour cent"]


def test_the_figures_are_those_of_the_runs_document(small: SmallReflection) -> None:
    plant(small, 60)
    run = analysed(small)
    document = document_of(run.pk)
    row = document["statements"][2]
    text = " ".join(
        [f"{{{kind} {row['id']}}}" for kind in ("agree", "disagree", "pass", "votes")]
        + [f"{{{kind} {run.reference}}}" for kind in ("participants", "groups")]
    )
    finding = write_finding(small.secretariat, small.reflection, NewFinding({"en": "T"}, {"en": text}))
    (view,) = finding_views([finding], "en")
    agree, disagree, passed, votes, participants, groups = view.figures
    n_votes = row["n_agree"] + row["n_disagree"] + row["n_pass"]
    assert agree.share == row["n_agree"] / n_votes
    assert [agree.low, agree.high] == row["p_agree_ci"]
    assert agree.n_votes == n_votes == votes.number
    assert disagree.share == row["n_disagree"] / n_votes
    assert passed.share == row["n_pass"] / n_votes
    assert passed.low is not None
    assert passed.high is not None
    assert passed.low <= passed.share <= passed.high
    assert participants.number == document["counts"]["participants"]
    assert groups.number == len(document["groups"])
    assert {each.run_reference for each in view.figures} == {run.reference}
    assert [each.statement_reference for each in view.figures] == [row["id"]] * 4 + [None, None]


def test_votes_cast_later_change_nothing(small: SmallReflection) -> None:
    plant(small, 30)
    analysed(small)
    text = {"en": f"{{votes {small.statements[0].reference}}}"}
    finding = write_finding(small.secretariat, small.reflection, NewFinding({"en": "T"}, text))
    plant(small, 20)
    assert finding_views([finding], "en")[0].filled_text == "30"


def test_the_text_is_filled_in_each_language(made: SmallFinding) -> None:
    assert view_of(made).filled_text == "A majority, 67% (57–75%), wants ports first."
    assert (
        view_of(made, "fr").filled_text == "Une majorité, 67\u00a0% (57–75\u00a0%), veut d’abord des ports."
    )
    assert view_of(made, "pl").filled_text == view_of(made).filled_text  # no Polish: the original


def test_a_translation_with_other_figures_is_not_shown(made: SmallFinding) -> None:
    save_translation(
        made.small.secretariat.id,
        made.finding.text_id,
        language="de",
        body="Eine Mehrheit von 99 % will zuerst Häfen.",
        version_id=view_of(made).text.version_id,
        max_length=4_000,
        scope_id=made.small.reflection.pk,
        target=made.finding.reference,
    )
    view = view_of(made, "de")
    assert view.text.language == "en"
    assert "67%" in view.filled_text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{agree}", "“{agree}” is no figure"),
        ("A lone { brace", "“{” is no figure"),
        ("{aggree SMALL-S-0001}", "“aggree” in {aggree SMALL-S-0001} is no kind of figure"),
        ("{agree SMALL-S-0999}", "this reflection has no statement SMALL-S-0999"),
        ("{groups SMALL-A-0999}", "no finished analysis and no consultation SMALL-A-0999"),
        ("{least SMALL-S-0001}", "no release by member"),
    ],
)
def test_what_is_no_figure_is_refused_with_what_and_where(made: SmallFinding, text: str, said: str) -> None:
    errors = refused(made, en=text)
    assert said in " ".join(errors.get("text_en", []) + errors.get("text", []))


def test_the_figures_of_another_reflection_are_unknown(made: SmallFinding) -> None:
    other = SmallFinding(SmallReflection(slug="other", prefix="OTHER"))
    reference = other.small.statements[0].reference
    assert "no statement" in " ".join(refused(made, en=f"{{agree {reference}}}")["text"])
    assert "no finished analysis" in " ".join(refused(made, en=f"{{groups {other.run.reference}}}")["text"])


def test_a_statement_without_votes_has_no_share(made: SmallFinding) -> None:
    made.add_run([(0, 0, 0)] * 3)
    choose = made.small.statements[1].reference
    assert "nobody had voted" in " ".join(refused(made, en=f"{{agree {choose}}}")["text"])


def test_all_languages_refer_to_the_same_figures(made: SmallFinding) -> None:
    first, second = (f"{{agree {each.reference}}}" for each in made.small.statements[:2])
    assert "lacks figures" in refused(made, en=first, fr="Rien.")["text_fr"][0]
    assert "does not" in refused(made, en=first, fr=f"{first} {second}")["text_fr"][0]
    made.write({"en": f"{first} and {first}", "fr": first})  # said twice is the same figure


def test_a_figure_outside_its_interval_is_said_to_have_changed(made: SmallFinding) -> None:
    later = made.add_run([(40, 50, 10), *made.tallies[1:]], finished_at=timezone.now() + timedelta(hours=1))
    view = view_of(made)
    assert view.has_changed_figures
    (figure,) = view.figures
    assert figure.share == 0.67
    assert figure.changed_to is not None
    assert figure.changed_to.share == 0.4
    assert (figure.run_reference, figure.changed_to.run_reference) == (made.run.reference, later.reference)
    assert "67%" in view.filled_text  # as it was written, until somebody looks at it
    choose_run(made.small.secretariat, made.finding, later)
    assert not view_of(made).has_changed_figures
    assert "40%" in view_of(made).filled_text


def test_a_figure_inside_its_interval_has_not_changed(made: SmallFinding) -> None:
    made.add_run([(62, 28, 10), *made.tallies[1:]], finished_at=timezone.now() + timedelta(hours=1))
    assert not view_of(made).has_changed_figures


def test_support_in_every_member_is_that_of_the_release_that_stood(made: SmallFinding) -> None:
    small, reference = made.small, made.small.statements[0].reference

    def release(number: int, least: float) -> None:
        Release.objects.create(
            consultation=small.consultation,
            number=number,
            published_at=timezone.now(),
            last_sequence=1,
            least_cell_count=10,
            tables={},
            memory={},
            consent=[{"reference": reference, "least_low": least, "n_heard": 7}],
        )

    release(1, 0.55)
    made.add_run(made.tallies)
    finding = made.write({"en": f"At least {{least {reference}}} everywhere."})
    assert "no release" in " ".join(refused(made, en=f"{{least {small.statements[1].reference}}}")["text"])
    (view,) = finding_views([finding], "en")
    assert view.filled_text == "At least 55% everywhere."
    assert (view.figures[0].n_votes, view.figures[0].release_number) == (7, 1)
    release(2, 0.41)
    (view,) = finding_views([finding], "en")
    assert view.figures[0].share == 0.55
    assert view.figures[0].changed_to is not None
    assert view.figures[0].changed_to.share == 0.41
    choose_run(small.secretariat, finding, made.run)
    assert not finding_views([finding], "en")[0].has_changed_figures
