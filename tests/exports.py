"""A small conversation in the form of a Polis export, for tests that need one and no real data."""

from pathlib import Path

import numpy as np

N_PARTICIPANTS, N_STATEMENTS = 60, 12


def write_export(folder: Path) -> Path:
    """Write an export with two groups that differ on half of the statements, and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(20301)
    side = np.repeat([1, -1], N_PARTICIPANTS // 2)
    lines = ["timestamp,datetime,comment-id,voter-id,vote"]
    votes: dict[int, list[int]] = {statement: [] for statement in range(N_STATEMENTS)}
    moment = 1_600_000_000_000
    for participant in range(N_PARTICIPANTS):
        for statement in range(N_STATEMENTS):
            if random.random() < 0.1:
                continue
            agrees = 0.85 if statement % 2 else 0.5 + 0.4 * int(side[participant])
            vote = 0 if random.random() < 0.1 else (1 if random.random() < agrees else -1)
            moment += 1000
            votes[statement].append(vote)
            lines.append(f"{moment},x,{statement},{participant},{vote}")
    (folder / "votes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    comments = ["timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body"]
    comments += [
        f"1600000000000,x,{statement},0,{cast.count(1)},{cast.count(-1)},1,Statement number {statement}"
        for statement, cast in votes.items()
    ]
    (folder / "comments.csv").write_text("\n".join(comments) + "\n", encoding="utf-8")
    return folder
