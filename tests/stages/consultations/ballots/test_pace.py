"""The pace of one participant: bursts of human speed pass, scripts do not, a moved clock locks nobody out."""

from placet.stages.consultations.ballots.pace import BURST, SUSTAINED_MS, Pace

NOW = 1_800_000_000_000
DAY = 86_400_000


def taken(paced_until: int, now_ms: int, wanted: int) -> tuple[int, int]:
    pace = Pace(paced_until, now_ms)
    return sum(pace.take() for _ in range(wanted)), pace.until


def test_what_was_kept_while_offline_passes_at_once() -> None:
    assert taken(0, NOW, 100)[0] == 100


def test_a_script_is_held_to_one_a_second_after_its_burst() -> None:
    n_burst, until = taken(0, NOW, 10_000)
    assert n_burst == BURST
    n_later, _ = taken(until, NOW + 60_000, 10_000)
    assert n_later == 60_000 // SUSTAINED_MS


def test_somebody_who_votes_every_second_is_never_held_up() -> None:
    until = 0
    for second in range(2_000):
        n_taken, until = taken(until, NOW + 1_000 * second, 1)
        assert n_taken == 1


def test_a_clock_set_back_a_day_locks_nobody_out() -> None:
    _, until = taken(0, NOW + DAY, 50)
    assert taken(until, NOW, 20)[0] == 20


def test_a_refused_ballot_costs_nothing() -> None:
    pace = Pace(0, NOW)
    while pace.take():
        pass
    before = pace.until
    assert not pace.take()
    assert pace.until == before
