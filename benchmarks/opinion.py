"""The opinion engine beside red-dwarf, the engine that Python users have today, on the same votes.

``make bench`` runs it. Each side runs in a process of its own; the list of votes is given to both in
memory, and reading or drawing it is not timed. With --quick the size at which red-dwarf takes minutes
is left out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from placet.sense.votes import plant_votes

SIZES = ((1_000, 200), (10_000, 500), (100_000, 1_000))
ALONE = ((1_000_000, 1_000),)  # red-dwarf ran out of memory here at 16 to 21 GB
PEER = Path(__file__).with_name("peer_red_dwarf.py")
SEED = 1


def measure_ours(participants: int, statements: int) -> dict[str, Any]:
    command = ["bench", "opinion", "--participants", participants, "--statements", statements, "--votes", 40]
    return run([Path(sys.executable).with_name("placet"), *command, "--seed", SEED])


def measure_peer(python: Path, participants: int, statements: int) -> dict[str, Any]:
    """Measure red-dwarf on the votes that ``placet bench`` draws from the same seed."""
    planted = plant_votes(participants, statements, generator=np.random.default_rng(SEED))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "votes.npz"
        np.savez(
            path,
            participants=planted.participants,
            statements=planted.statements,
            values=planted.values,
            groups=planted.groups,
        )
        return run([python, PEER, path])


def run(command: list[object]) -> dict[str, Any]:
    done = subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--peer-python", type=Path, required=True, help="Python of an environment with red-dwarf."
    )
    parser.add_argument("--quick", action="store_true", help="Leave out 100,000 participants.")
    asked = parser.parse_args()
    measure_ours(1_000, 200)  # compiles what is not compiled yet
    results = []
    for participants, statements in SIZES[: -1 if asked.quick else None]:
        ours = measure_ours(participants, statements)
        peer = measure_peer(asked.peer_python, participants, statements)
        seconds = ours["seconds"]["total"]
        results.append(
            {
                "participants": participants,
                "statements": statements,
                "votes": ours["votes"],
                "placet": ours,
                "red_dwarf": peer,
                "times_faster": round(peer["seconds"] / seconds, 1),
                "times_faster_loading_included": round(
                    peer["seconds"] / (seconds + ours["seconds"]["start"]), 1
                ),
                "times_less_memory": round(peer["peak_rss_mb"] / ours["peak_rss_mb"], 1),
            }
        )
        print(summary(results[-1]), file=sys.stderr)
    for participants, statements in () if asked.quick else ALONE:
        results.append({"placet": measure_ours(participants, statements), "red_dwarf": None})
    print(json.dumps(results, indent=2))


def summary(result: dict[str, Any]) -> str:
    ours, peer = result["placet"], result["red_dwarf"]
    return (
        f"{result['participants']:>9,} x {result['statements']:,}:"
        f"  Placet {ours['seconds']['total']:.3f} s, {ours['peak_rss_mb']} MB,"
        f" {ours['adjusted_rand_index']:.4f};"
        f"  red-dwarf {peer['seconds']:.2f} s, {peer['peak_rss_mb']} MB, {peer['adjusted_rand_index']:.4f};"
        f"  {result['times_faster']} times faster"
    )


if __name__ == "__main__":
    main()
