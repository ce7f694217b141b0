"""ad-novelty over a folder of NAB, the Numenta Anomaly Benchmark, and its score.

usage: nab.py [--options='...'] NAB RESULTS [SCORER ARGUMENT...]

Runs build/bin/ad-novelty (or $AD_BIN/ad-novelty) over every NAB/data/*/*.csv and writes
RESULTS/*/*.csv with the columns timestamp, value, score; a record without a score has 0. Then
SCORER, if it is given, is run with `--nab NAB --results RESULTS` and its further arguments.
"""
import csv
import os
import pathlib
import subprocess
import sys

options = []
arguments = sys.argv[1:]
if arguments and arguments[0].startswith("--options="):
    options = arguments.pop(0).split("=", 1)[1].split()
if len(arguments) < 2:
    sys.exit(__doc__)
nab, results = (pathlib.Path(a) for a in arguments[:2])
program = pathlib.Path(os.environ.get("AD_BIN", "build/bin")) / "ad-novelty"

for path in sorted(nab.glob("data/*/*.csv")):
    run = subprocess.run([program, *options, path], check=True, capture_output=True, text=True)
    out = results / path.relative_to(nab / "data")
    out.parent.mkdir(parents=True, exist_ok=True)
    with open(out, "w", newline="", encoding="ascii") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(["timestamp", "value", "score"])
        for row in csv.DictReader(run.stdout.splitlines()):
            writer.writerow([row["timestamp"], row["value"], row["novelty_score"] or 0])

if len(arguments) > 2:
    command = [*arguments[2:3], "--nab", nab, "--results", results, *arguments[3:]]
    sys.exit(subprocess.run(command, check=False).returncode)
