"""How a form is drawn: label, help, error, and what ties them together."""

from django import forms

from placet.ui.specimens import filled_form, form_with_errors


class Small(forms.Form):
    name = forms.CharField(label="Name", help_text="As in the <em>passport</em>.", max_length=20)
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea, max_length=280)
    agreed = forms.BooleanField(label="I agree")
    key = forms.CharField(widget=forms.HiddenInput, required=False)
    vote = forms.ChoiceField(label="Vote", choices=[("1", "Agree")], widget=forms.RadioSelect)


def test_what_is_optional_says_so_and_what_is_required_does_not() -> None:
    html = str(Small())
    assert html.count("(optional)") == 1
    assert "*" not in html


def test_help_is_tied_to_its_control() -> None:
    html = str(Small())
    assert 'aria-describedby="id_name_helptext"' in html
    assert '<p class="field__help" id="id_name_helptext">As in the <em>passport</em>.</p>' in html


def test_an_error_is_tied_to_its_control_and_named_in_the_summary() -> None:
    html = str(Small({"name": "<b>", "note": "x" * 281, "vote": "9"}))
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_note_error"' in html
    assert 'id="id_note_error"' in html
    assert '<a href="#id_note">Note</a>' in html
    assert "There is a problem" in html
    assert "<b>" not in html


def test_the_first_choice_is_where_the_summary_leads() -> None:
    html = str(Small({"name": "x"}))
    assert '<fieldset class="field field--radioselect field--invalid"' in html
    assert 'href="#id_vote_0"' in html
    assert 'id="id_vote_0"' in html


def test_a_long_text_has_a_counter_that_scripts_uncover() -> None:
    html = str(Small())
    assert 'data-counter-for="id_note" hidden' in html
    assert "data-counter-for" in str(filled_form())
    assert 'data-counter-for="id_name"' not in html


def test_errors_of_the_whole_form_stand_in_the_summary() -> None:
    assert "The consultation closes before it opens." in str(form_with_errors())


def test_hidden_fields_are_drawn_without_a_label() -> None:
    html = str(Small())
    assert html.count('name="key"') == 1
    assert 'for="id_key"' not in html
