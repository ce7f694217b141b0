"""ad-eval beside the programs that its measures come from.

usage: eval.py [--speed] [--coverage] [--nab NAB SCORER]

Random series, with ties, missing scores, groups and windows of many lengths, are measured by
build/bin/ad-eval (or $AD_BIN/ad-eval) and by scikit-learn, vus, prts (pip install --no-deps vus
prts tqdm) and, from a folder of NAB, the Numenta Anomaly Benchmark, by SCORER, which is run with
`--nab NAB --results FOLDER` and prints the score of each profile first in its line. Prints the
largest difference of each measure; status 1 if one is above 1e-9 relative (NAB: what SCORER prints).
With --speed it times 10 million records, too. With --coverage it tells how many of 150 intervals hold
the truth, in series whose records are alike within windows, by what the bootstrap draws.
"""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

warnings.filterwarnings("ignore")
BIN = pathlib.Path(os.environ.get("AD_BIN", "build/bin"))


def run(*options, text=None, file=None):
    command = [BIN / "ad-eval", "-q", "-o", "ndjson", *options, *([file] if file else [])]
    done = subprocess.run(command, input=text, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def series(rng, n):
    label = np.zeros(n, int)
    at = int(rng.integers(0, n // 3))
    while at < n:
        label[at:at + int(rng.integers(1, max(2, n // 12)))] = 1
        at += int(rng.integers(1, max(2, n // 3)))
    score = 1 / (1 + np.exp(-rng.normal(0, 1, n) - 1.3 * label))
    return label, np.round(score, int(rng.integers(1, 7)))


def table(label, score):
    rows = [f"{y},{s:.6f},{int(s >= 0.5)}" for y, s in zip(label, score)]
    return "label,d_score,d_flag\n" + "\n".join(rows) + "\n"


worst = {}


def compare(name, got, want):
    off = abs(got - want) / max(abs(want), 1e-3)
    worst[name] = max(worst.get(name, 0), off)


def check_random(cases):
    from prts import ts_precision, ts_recall
    from vus.utils.metrics import metricor
    rng = np.random.default_rng(1)
    for _ in range(cases):
        label, score = series(rng, int(rng.integers(30, 800)))
        if label.all() or not label.any():
            continue
        buffer, line = int(rng.integers(0, 60)), float(np.round(rng.uniform(0.3, 0.8), 3))
        bias = str(rng.choice(["flat", "front", "middle", "back"]))
        existence = float(rng.choice([0, 0.25]))
        got = run("--labels=label", f"--buffer={buffer}", f"--threshold={line}", f"--bias={bias}",
                  f"--existence={existence}", "--draws=0", text=table(label, score))[0]
        alarm = (score >= line).astype(int)
        compare("auroc", got["auroc"], roc_auc_score(label, score))
        compare("ap", got["ap"], average_precision_score(label, score))
        *_, roc, pr = metricor().RangeAUC_volume_opt(label, score, buffer)
        compare("vus_roc", got["vus_roc"], roc)
        compare("vus_pr", got["vus_pr"], pr)
        compare("range_recall", got["range_recall"],
                ts_recall(label, alarm, alpha=existence, cardinality="reciprocal", bias=bias))
        if alarm.any():
            compare("range_precision", got["range_precision"],
                    ts_precision(label, alarm, alpha=0, cardinality="reciprocal", bias=bias))


def check_nab(nab, scorer):
    """All files as one table with a column of their names, against files of their own."""
    with tempfile.TemporaryDirectory() as folder:
        one = pathlib.Path(folder) / "all.csv"
        with open(one, "w", newline="", encoding="ascii") as out:
            writer = csv.writer(out)
            writer.writerow(["file", "timestamp", "value"])
            for path in sorted(nab.glob("data/*/*.csv")):
                with open(path, encoding="ascii") as f:
                    for row in csv.DictReader(f):
                        writer.writerow([path.relative_to(nab / "data"), row["timestamp"],
                                         row["value"]])
        for tool in "ad-novelty", "ad-zscore", "ad-seasonal":
            scored = subprocess.run([BIN / tool, "-g", "file", one], check=True, text=True,
                                    capture_output=True).stdout
            files = {}
            for row in csv.DictReader(scored.splitlines()):
                score = row[tool[3:] + "_score"] or "0"
                files.setdefault(row["file"], []).append((row["timestamp"], row["value"], score))
            results = pathlib.Path(folder) / tool
            for name, rows in files.items():
                (results / name).parent.mkdir(parents=True, exist_ok=True)
                with open(results / name, "w", newline="", encoding="ascii") as f:
                    csv.writer(f).writerows([("timestamp", "value", "score"), *rows])
            said = subprocess.run([scorer, "--nab", nab, "--results", results], check=True,
                                  capture_output=True, text=True).stdout
            got = run("-g", "file", f"--windows={nab}/labels/combined_windows.json", "--draws=0",
                      text=scored)[0]
            for line, name in zip(said.splitlines(), ("standard", "low_fp", "low_fn")):
                want = float(line.split()[1])
                print(f"{tool:12} NAB {name:9} {got['nab_' + name + '_best']:.4f}  scorer {want}")
                assert abs(got["nab_" + name + "_best"] - want) <= 0.00501


def alike(rng, windows, length=30, gap=300):
    """Windows that are each higher by a luck of their own, between records that wander."""
    label, score = [], []
    for _ in range(windows):
        x = 0
        for _ in range(gap):
            x = 0.95 * x + np.sqrt(1 - 0.95 ** 2) * rng.normal()
            score.append(x)
        score += list(rng.normal(1.5, 0.7) + 0.7 * rng.normal(size=length))
        label += [0] * gap + [1] * length
    return np.array(label), np.array(score)


def check_coverage(runs=150):
    rng = np.random.default_rng(1)
    label, score = alike(rng, 4000)
    truth = {"auroc": roc_auc_score(label, score), "ap": average_precision_score(label, score)}
    for windows in 6, 20, 60:
        for draw in "window", "record":
            held = dict.fromkeys(truth, 0)
            for _ in range(runs):
                got = run("--labels=label", f"--resample={draw}", "--draws=300",
                          text=table(*alike(rng, windows)))[0]
                for name, true in truth.items():
                    held[name] += got[name + "_low"] <= true <= got[name + "_high"]
            print(f"{windows:3} windows, --resample={draw:6} " + ", ".join(
                f"{name} {100 * n / runs:.0f} %" for name, n in held.items()))


def time_it(n):
    rng = np.random.default_rng(2)
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as f:
        label = np.arange(n) % 5000 >= 4900
        score = np.minimum(np.round(rng.random(n) ** 2 + 0.2 * label * rng.random(n), 6), 0.999999)
        f.write("timestamp,label,d_score,d_flag\n")
        for at in range(0, n, 100000):
            f.writelines(f"{1600000000 + i},{int(label[i])},{score[i]:.6f},{int(score[i] >= 0.5)}\n"
                         for i in range(at, min(n, at + 100000)))
        f.flush()
        began = time.perf_counter()
        run("--labels=label", file=f.name)
        print(f"{n} records: {time.perf_counter() - began:.2f} s")


arguments = sys.argv[1:]
if any(a in ("-h", "--help") for a in arguments):
    sys.exit(__doc__)
speed = "--speed" in arguments
if "--nab" in arguments:
    at = arguments.index("--nab")
    check_nab(pathlib.Path(arguments[at + 1]), arguments[at + 2])
check_random(int(os.environ.get("CASES", "200")))
for measure, off in worst.items():
    print(f"{measure:16} {off:.1e}")
if "--coverage" in arguments:
    check_coverage()
if speed:
    time_it(10_000_000)
sys.exit(max(worst.values()) > 1e-9)
