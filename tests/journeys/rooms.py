"""A dialogue to hold in the demonstration, made beside it in a process of its own; prints its reference."""

import os
import subprocess
import sys

from tests.demonstration_site import DemonstrationSite, clean_environment


def announced_dialogue(site: DemonstrationSite, house_rule: str = "chatham-house") -> str:
    """The reference of a new dialogue of a fictional partner, announced and with a programme."""
    env = clean_environment() | {
        "PLACET_HOME": str(site.home),
        "PLACET_DEMONSTRATION": "1",
        "PLACET_URL": site.url,
        "DJANGO_SETTINGS_MODULE": "placet.config.settings",
    }
    command = [sys.executable, "-m", "tests.journeys.rooms", house_rule]
    return subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def main(house_rule: str) -> None:
    """Make it through the actions that people use."""
    import django

    django.setup()
    from datetime import timedelta

    from django.utils import timezone

    from placet.demonstration.sign_in import role_email
    from placet.stages.dialogues.live.questions import write_question
    from placet.stages.dialogues.models import Dialogue
    from placet.stages.dialogues.setting_up import meetings, programme, series
    from placet.stages.dialogues.states import move
    from placet.stages.mandates.models import Reflection
    from placet.stages.mandates.organisations import OrganisationFrame, add_organisation
    from placet.stages.people.models import Account

    secretariat = Account.objects.get(email=role_email("secretariat"))
    reflection = Reflection.objects.order_by("created_at").first()
    assert reflection is not None
    name = {"en": "Institute for Fictional Affairs", "fr": "Institut des affaires fictives"}
    partner = add_organisation(
        secretariat, reflection, OrganisationFrame(name, is_partner=True, is_simulated=True)
    )
    held = series.create_series(
        secretariat,
        reflection,
        series.SeriesFrame(
            title={"en": "Resilience together", "fr": "La résilience ensemble"},
            question={"en": "What holds when supply breaks?", "fr": "Qu’est-ce qui tient quand tout rompt ?"},
            organisers=[partner],
            is_simulated=True,
        ),
    )
    series.publish_series(secretariat, held)
    now = timezone.now()
    dialogue = meetings.create_dialogue(
        secretariat,
        held,
        meetings.DialogueFrame(
            title={"en": "Ports, cables and energy", "fr": "Ports, câbles et énergie"},
            house_rule=house_rule,
            starts_at=now,
            ends_at=now + timedelta(hours=2),
            time_zone="Europe/Brussels",
            languages=("en", "fr"),
        ),
    )
    items = (("Welcome", "Accueil", 10), ("What breaks first", "Ce qui rompt d’abord", 30))
    for english, french, minutes in items:
        programme.add_item(secretariat, dialogue, programme.ItemFrame({"en": english, "fr": french}, minutes))
    write_question(
        secretariat,
        dialogue,
        body={"en": "Where should we begin?", "fr": "Par où commencer ?"},
        options=[
            {"en": "Ports", "fr": "Ports"},
            {"en": "Undersea cables", "fr": "Câbles sous-marins"},
            {"en": "Energy", "fr": "Énergie"},
        ],
    )
    move(dialogue, Dialogue.State.ANNOUNCED, secretariat)
    sys.stdout.write(f"{dialogue.reference}\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "placet.config.settings")
    main(sys.argv[1])
