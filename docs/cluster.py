"""Strides of many captures over a cluster: each capture is a task that runs the program.

    python cluster.py RETROGAIT FOLDER OUT.csv [SCHEDULER]

Without a scheduler's address two workers of this machine do it.
"""

import csv
import io
import subprocess
import sys
from pathlib import Path

from dask.distributed import Client

BESIDE = (".knee.csv", ".series.csv", ".strides.csv")


def strides(program, capture):
    """One task: the capture's strides as CSV, or what the program said of it."""
    run = subprocess.run([program, "replay", "--format", "csv", capture], capture_output=True, text=True)
    return capture, run.stdout if run.returncode == 0 else None, run.stderr


def main(program, folder, out, scheduler=None):
    captures = sorted(str(p) for p in Path(folder).rglob("*.csv") if not p.name.endswith(BESIDE))
    client = Client(scheduler) if scheduler else Client(n_workers=2, threads_per_worker=1, dashboard_address=None)
    failed = 0
    with client, open(out, "w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        tasks = client.map(strides, [program] * len(captures), captures)
        for i, task in enumerate(tasks):  # in the order of the names, whatever came first
            capture, text, said = task.result()
            if text is None:
                failed += 1
                print(f"{capture}: {said.strip()}", file=sys.stderr)
                continue
            rows = csv.reader(io.StringIO(text))
            header = next(rows)
            if i == failed:
                table.writerow(["capture", *header])
            table.writerows([capture, *row] for row in rows)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
