"""One run of red-dwarf on a list of votes; runs in an environment that has red-dwarf and no Placet."""

from __future__ import annotations

import json
import resource
import sys
from time import perf_counter

import numpy as np
from reddwarf.implementations.polis import run_pipeline
from sklearn.metrics import adjusted_rand_score


def main() -> None:
    drawn = np.load(sys.argv[1])
    columns = (drawn["participants"].tolist(), drawn["statements"].tolist(), drawn["values"].tolist())
    votes = [
        {
            "participant_id": participant,
            "statement_id": statement,
            "vote": float(value),
            "modified": float(row),
        }
        for row, (participant, statement, value) in enumerate(zip(*columns, strict=True))
    ]
    began = perf_counter()
    result = run_pipeline(votes=votes, random_state=0)
    seconds = perf_counter() - began
    labels = result.participants_df["cluster_id"].dropna()
    print(
        json.dumps(
            {
                "seconds": round(seconds, 3),
                "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                "n_groups": int(labels.nunique()),
                "adjusted_rand_index": round(
                    float(adjusted_rand_score(drawn["groups"][labels.index.to_numpy()], labels.to_numpy())), 5
                ),
            }
        )
    )


if __name__ == "__main__":
    main()
