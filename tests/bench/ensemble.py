"""ad-ensemble against its members, over labelled series.

usage: ensemble.py NAB SCORER [STRATEGY...]

Runs ad-zscore | ad-novelty | ad-seasonal over every NAB/data/*/*.csv (the Numenta Anomaly Benchmark)
and over tests/data/host, as it is and as scripts/log-medians makes it, then ad-ensemble with each
strategy behind them (programs of build/bin, or $AD_BIN). SCORER is a Python file with a class Nab as
the scorer of tests/bench/nab.py has it. Needs numpy, pandas and scikit-learn; takes some minutes.

First table: the NAB score (standard profile) with the line that is best for all series, and with a
line, and whatever else is fitted, from all other series; mean average precision of the labelled
series; average precision of the host recordings, stacking and calibration by cross-fitting.

Second table: adaptive with the labels of a fifth of the records as they come, against the fixed mean
without any, on the other four fifths: of the recordings the first fifth, and ten of fifty blocks at
random (mean of five choices); of the series in how many it is better, with such blocks.
"""
import contextlib
import importlib.util
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score

warnings.simplefilter("ignore")
if len(sys.argv) < 3:
    sys.exit(__doc__)
ROOT = pathlib.Path(__file__).parents[2]
BIN = pathlib.Path(os.environ.get("AD_BIN", ROOT / "build/bin"))
MEMBERS = ["zscore", "novelty", "seasonal"]
spec = importlib.util.spec_from_file_location("scorer", sys.argv[2])
scorer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(scorer)
nab = scorer.Nab(sys.argv[1])
keys = sorted(nab.files)
# What is fitted, with the labels or without; names of the rows.
STRATEGIES = {
    "adaptive": [],
    "mean": ["--strategy=mean"],
    "mean, weights fitted": None,
    "median": ["--strategy=median"],
    "max": ["--strategy=max"],
    "min": ["--strategy=min"],
    "majority": ["--strategy=majority"],
    "confidence": ["--strategy=confidence"],
    "hierarchical": ["--strategy=hierarchical"],
    "fisher": ["--strategy=fisher"],
    "fisher, fitted": ["--strategy=fisher", "--fit"],
    "stouffer": ["--strategy=stouffer"],
    "stouffer, fitted": ["--strategy=stouffer", "--fit"],
    "mean, fitted": ["--strategy=mean", "--fit"],
    "adaptive, fitted": ["--fit"],
    "stacking": ["--strategy=stacking", "--fit"],
    "adaptive, isotonic": ["--calibrate=isotonic", "--fit"],
}
GRID = [(a / 5, 1 - a / 5 - b / 5, b / 5) for a in range(6) for b in range(6 - a)]


def ad(name, *options, data):
    """Run a program over a table, as text."""
    run = subprocess.run([BIN / f"ad-{name}", *options], input=data, check=True, capture_output=True)
    return run.stdout


def table(data):
    return pd.read_csv(io.BytesIO(data))


def pipeline(data, *options):
    for member in MEMBERS:
        data = ad(member, *options, data=data)
    return data


def text(frame):
    return frame.to_csv(index=False).encode()


def scores(data, *options):
    return table(ad("ensemble", *options, data=data)).ensemble_score.fillna(0).to_numpy()


def precision(labels, score, rows):
    return average_precision_score(labels[rows], score[rows])


class Series:
    """Scores of the members, labels, and which rows are judged."""

    def __init__(self, data, labels, first):
        self.frame = table(data)
        self.labels = np.asarray(labels, bool)
        self.rows = np.arange(len(self.labels)) >= first
        self.text = text(self.frame)
        self.labelled = text(self.frame.assign(label=self.labels.astype(int)))

    def member(self, i):
        return self.frame[f"{MEMBERS[i]}_score"].fillna(0).to_numpy()

    def weighted(self, weights):
        x = self.frame[[f"{m}_score" for m in MEMBERS]].to_numpy()
        w = np.where(np.isnan(x), 0, weights)
        return np.nansum(x * w, 1) / np.maximum(w.sum(1), 1e-12)


def read_nab(key):
    file = nab.files[key]
    data = pathlib.Path(sys.argv[1], "data", key).read_bytes()
    return Series(pipeline(data), file.wid >= 0, file.prob)


def read_host(*, medians, options):
    data = subprocess.run(["gzip", "-dc", ROOT / "tests/data/host/host.csv.gz"], check=True,
                          capture_output=True).stdout
    if medians:
        data = subprocess.run([ROOT / "scripts/log-medians"], input=data, check=True,
                              capture_output=True).stdout
    frame = table(data)
    time = pd.to_datetime(frame.timestamp)
    faults = pd.read_csv(ROOT / "tests/data/host/labels.csv", parse_dates=["start", "end"])
    labels = np.zeros(len(frame), bool)
    for start, end in zip(faults.start, faults.end):
        labels |= ((time >= start) & (time <= end)).to_numpy()
    out = data
    for member in MEMBERS:
        more = ["-w", "1h"] if medians and member == "zscore" else []
        out = ad(member, "-f", "2-19", *options, *more, data=out)
    return Series(out, labels, 150)


series = {key: read_nab(key) for key in keys}
host = {"host": read_host(medians=False, options=[]),
        "medians": read_host(medians=True, options=["-p", "1e-3"])}
host_options = {"host": [], "medians": ["-p", "1e-3"]}


def best(score, among):
    """The standard score with the line that is best for these series, and that line."""
    return nab.evaluate(score, among)["standard"][:2]


def by_others(score):
    """The standard score with each series judged by the line that is best for all others. Also
    score may be a function of the series left out."""
    moved = {}
    for key in keys:
        now = score(key) if callable(score) else score
        line = best(now, [k for k in keys if k != key])[1]
        moved[key] = now[key] - line
    return nab.evaluate(moved, keys, {p: 0 for p in scorer.PROFILES})["standard"][0]


def mean_precision(score):
    return np.mean([precision(series[k].labels, score[k], series[k].rows)
                    for k in keys if series[k].labels.any()])


@contextlib.contextmanager
def model(options, key):
    """A model fitted to all series but one."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/model"
        label = [] if options == ["--fit"] or "fisher" in options[0] or "stouffer" in options[0] \
            or options[0] == "--strategy=mean" else ["--labels=label"]
        others = pd.concat([series[k].frame[series[k].rows].assign(
            label=series[k].labels[series[k].rows].astype(int)) for k in keys if k != key])
        ad("ensemble", *options, *label, "-m", path, data=text(others.drop(columns="timestamp")))
        yield [o for o in options if o != "--fit"] + ["-m", path]


def fitted(options):
    out = {}
    for key in keys:
        with model(options, key) as judge:
            out[key] = scores(text(series[key].frame.drop(columns="timestamp")), *judge)
    return out


def fit_weights(among, grid_scores):
    return max(GRID, key=lambda w: best(grid_scores[w], among)[0])


def host_scores(name, options):
    s = host[name]
    plain = [o for o in options if o != "--fit"]
    if any("stacking" in o or "calibrate" in o for o in plain):
        return scores(s.labelled, *plain, "--labels=label", *host_options[name])
    if "--fit" not in options:
        return scores(s.text, *plain, *host_options[name])
    with tempfile.TemporaryDirectory() as folder:
        ad("ensemble", *options, *host_options[name], "-m", f"{folder}/m", data=s.text)
        return scores(s.text, *plain, *host_options[name], "-m", f"{folder}/m")


def row(name, score, others, of_host):
    nab_best, line = best(score, keys)
    at_line = nab.evaluate(score, keys, {p: .5 for p in scorer.PROFILES})["standard"][0]
    aps = [precision(host[h].labels, of_host[h], host[h].rows) for h in host]
    print(f"{name:22s} {nab_best:6.1f} {others:8.1f} {at_line:8.1f} {line:7.3f} "
          f"{mean_precision(score):8.3f} {aps[0]:8.3f} {aps[1]:8.3f}", flush=True)


print("                          NAB   by the   at the    best     mean       AP       AP\n"
      "                         best   others     line    line       AP     host  medians")
for i, member in enumerate(MEMBERS):
    now = {k: series[k].member(i) for k in keys}
    row(member, now, by_others(now), {h: host[h].member(i) for h in host})
wanted = sys.argv[3:] or list(STRATEGIES)
for name in wanted:
    options = STRATEGIES[name]
    if options is None:
        grid_scores = {w: {k: series[k].weighted(w) for k in keys} for w in GRID}
        chosen = {key: fit_weights([k for k in keys if k != key], grid_scores) for key in keys}
        now = {key: grid_scores[chosen[key]][key] for key in keys}
        others = by_others(lambda key: grid_scores[chosen[key]])
        row(name, now, others, {h: host[h].weighted(chosen[keys[0]]) for h in host})
        print(f"{'':22s} weights of {' '.join(MEMBERS)}: {sorted(set(chosen.values()))}")
        continue
    now = fitted(options) if "--fit" in options else {k: scores(series[k].text, *options) for k in keys}
    row(name, now, by_others(now), {h: host_scores(h, options) for h in host})


def told(n, seed):
    """Which records have labels: the first fifth, or ten blocks of fifty."""
    if seed == 0:
        return np.arange(n) < 0.2 * n
    block = np.zeros(50, bool)
    block[np.random.default_rng(seed).choice(50, 10, replace=False)] = True
    return block[np.arange(n) * 50 // n]


def with_feedback(s, seed, options):
    """Average precision of adaptive with the labels, without, and of the mean, on the others."""
    heard = told(len(s.labels), seed)
    rest = s.rows & ~heard
    if not s.labels[rest].any():
        return None
    label = np.where(heard, s.labels.astype(int).astype(str), "")
    ways = [scores(text(s.frame.assign(label=label)), "--labels=label", *options),
            scores(s.text, *options), scores(s.text, "--strategy=mean", *options)]
    return [precision(s.labels, x, rest) for x in ways]


print("\nfeedback: average precision   adaptive  without labels  mean")
for name, s in host.items():
    first = with_feedback(s, 0, host_options[name])
    blocks = np.mean([with_feedback(s, seed, host_options[name]) for seed in range(1, 6)], 0)
    for what, value in (("the first fifth", first), ("random blocks", blocks)):
        print(f"{name:8s} {what:20s} {value[0]:8.3f} {value[1]:8.3f} {value[2]:12.3f}")
won = lost = 0
gain = []
for key in keys:
    if series[key].labels.any():
        all_of = [with_feedback(series[key], seed, []) for seed in range(1, 6)]
        mean = np.mean([a for a in all_of if a], 0)
        gain.append(mean)
        won += mean[0] > mean[2]
        lost += mean[0] < mean[2]
a = np.mean(gain, 0)
print(f"NAB      better in {won}, worse in {lost}; {a[0]:8.3f} {a[1]:8.3f} {a[2]:12.3f}")
