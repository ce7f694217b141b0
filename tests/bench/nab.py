"""ad-novelty over a folder of NAB, the Numenta Anomaly Benchmark, and its score.

usage: nab.py [--options='...'] [--every=N | --drop=P] NAB RESULTS [SCORER ARGUMENT...]

Runs build/bin/ad-novelty (or $AD_BIN/ad-novelty) over every NAB/data/*/*.csv and writes
RESULTS/*/*.csv with the columns timestamp, value, score; a record without a score has 0. Then
SCORER, if it is given, is run with `--nab NAB --results RESULTS` and its further arguments.
With --every=N each N-th row gets the mean of N and the others none; with --drop=P each row loses its
value with the probability P.
"""
import csv
import os
import pathlib
import random
import subprocess
import sys

given = {"--options": "", "--every": "1", "--drop": "0"}
arguments = sys.argv[1:]
while arguments and arguments[0].split("=")[0] in given:
    name, value = arguments.pop(0).split("=", 1)
    given[name] = value
options, every, drop = given["--options"].split(), int(given["--every"]), float(given["--drop"])
if len(arguments) < 2:
    sys.exit(__doc__)
nab, results = (pathlib.Path(a) for a in arguments[:2])
program = pathlib.Path(os.environ.get("AD_BIN", "build/bin")) / "ad-novelty"



def thinned(path):
    """The file, or what --every and --drop leave of it."""
    with open(path, encoding="ascii") as f:
        text = f.read()
    if every == 1 and drop == 0:
        return text
    rows = [line.split(",") for line in text.splitlines()[1:]]
    lines = ["timestamp,value"]
    for i, (time, value) in enumerate(rows):
        if every > 1:
            mean = sum(float(r[1]) for r in rows[i - every + 1 : i + 1]) / every
            value = repr(mean) if i % every == every - 1 else ""
        elif rng.random() < drop:
            value = ""
        lines.append(time + "," + value)
    return "\n".join(lines) + "\n"


rng = random.Random(1)
for path in sorted(nab.glob("data/*/*.csv")):
    run = subprocess.run(
        [program, *options], input=thinned(path), check=True, capture_output=True, text=True
    )
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
