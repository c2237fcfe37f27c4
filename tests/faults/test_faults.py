"""The short version of `make faults`: nothing lost, nothing doubled, whatever is killed."""

from tests.faults.stage import perform


def test_kills_at_random_instants_lose_and_double_nothing() -> None:
    wrong, told = perform(kills=8, faxes=14, workers=2, seed=5)
    assert wrong == [], told
