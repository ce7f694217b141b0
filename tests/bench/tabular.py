#!/usr/bin/python3
"""How well ad-iforest ranks the anomalies of labelled tables, beside scikit-learn's IsolationForest.

FOLDER holds CSV files, compressed (.csv.gz) or not, with numeric fields and `label`, 1 for an
anomaly and 0 else. Both programs fit on all rows of a file, without the label, and score them. The
table shows the area under the ROC curve, the mean over the seeds: of ad-iforest as it comes, with
--mode=eif and with --mode=fcf, and of scikit-learn with its 100 trees; `+-` is the standard error
of the mean before it. A `!` marks sets where ad-iforest as it comes is worse than scikit-learn by
more than 0.02 and two standard errors of the difference.

Needs numpy, scipy, pandas and scikit-learn (Debian: python3-sklearn, python3-pandas); without them,
or without the folder, it says so and does nothing.
"""
import argparse
import csv
import io
import pathlib
import shutil
import subprocess
import sys

MODES = {"default": [], "eif": ["--mode=eif"], "fcf": ["--mode=fcf"]}
COLUMNS = [*MODES, "sklearn"]


def skip(why):
    print(f"tabular.py: skipped: {why}", file=sys.stderr)
    sys.exit(0)


try:
    import numpy
    import pandas
    from scipy.stats import rankdata
    from sklearn.ensemble import IsolationForest
except ImportError as missing:
    PACKAGE = {"pandas": "python3-pandas"}.get(missing.name, "python3-sklearn")
    if not {"-h", "--help"} & set(sys.argv):
        skip(f"{missing.name} is not installed (Debian package {PACKAGE})")


def auroc(score, label):
    """The chance that an anomaly has the higher score, ties counting half."""
    positive = label > 0
    n = positive.sum()
    rank = rankdata(score)
    return (rank[positive].sum() - n * (n + 1) / 2) / (n * (len(label) - n))


def ad_iforest(program, options, table, seed):
    """Scores of the rows. `table` is CSV with the fields f1, f2 ...; a row without a score gets 0."""
    header = table[: table.index("\n")]
    command = [program, f"--seed={seed}", *options, "-f", header]
    run = subprocess.run(command, input=table, capture_output=True, text=True)
    rows = list(csv.DictReader(io.StringIO(run.stdout)))
    if not rows or "iforest_score" not in rows[0]:
        sys.exit(f"tabular.py: no scores from {' '.join(command)}: {run.stderr.strip()}")
    return numpy.array([float(row["iforest_score"] or 0) for row in rows])


def scikit_learn(x, seed):
    return -IsolationForest(random_state=seed).fit(x).score_samples(x)


def measure(path, args):
    """Rows, columns, and of each column of the result the areas by seed."""
    data = pandas.read_csv(path)
    label = data.pop("label").to_numpy()
    # Plain names, so that none can be taken for a number, a range or a pattern.
    data.columns = [f"f{i + 1}" for i in range(data.shape[1])]
    table = data.to_csv(index=False, lineterminator="\n")
    seeds = {"default": args.seeds, "sklearn": args.seeds}
    result = {}
    for mode, options in MODES.items():
        if args.trees:
            options = [*options, f"--trees={args.trees}"]
        result[mode] = [auroc(ad_iforest(args.program, options, table, seed), label)
                        for seed in range(1, 1 + seeds.get(mode, args.mode_seeds))]
    x = data.to_numpy(dtype=float)
    result["sklearn"] = [auroc(scikit_learn(x, seed), label) for seed in range(1, 1 + args.seeds)]
    return *x.shape, result


def standard_error(areas):
    return numpy.std(areas, ddof=1) / len(areas) ** 0.5 if len(areas) > 1 else 0


def is_worse(result):
    ours, theirs = result["default"], result["sklearn"]
    error = numpy.hypot(standard_error(ours), standard_error(theirs))
    return numpy.mean(theirs) - numpy.mean(ours) > max(0.02, 2 * error)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("program", metavar="PROGRAM", help="e.g. build/bin/ad-iforest")
    parser.add_argument("--seeds", type=int, default=10,
                        help="of ad-iforest as it comes and of scikit-learn (%(default)s)")
    parser.add_argument("--mode-seeds", type=int, default=3, help="of eif and fcf (%(default)s)")
    parser.add_argument("--trees", type=int, help="pass --trees to ad-iforest")
    args = parser.parse_args()
    if not shutil.which(args.program):
        parser.error(f"{args.program} is no program")
    if not args.folder.is_dir():
        skip(f"no data: {args.folder} is not a folder")
    paths = sorted([*args.folder.glob("*.csv"), *args.folder.glob("*.csv.gz")])
    if not paths:
        skip(f"no data: {args.folder} has no .csv or .csv.gz files")

    print(f"{'set':14} {'rows':>7} {'cols':>5}" + "".join(f" {c:>7}   +-  " for c in COLUMNS))
    means = []
    for path in paths:
        rows, cols, result = measure(path, args)
        means.append([numpy.mean(result[c]) for c in COLUMNS])
        print(f"{path.name.split('.csv')[0]:14} {rows:7} {cols:5}" +
              "".join(f" {numpy.mean(result[c]):7.4f} {standard_error(result[c]):6.4f}"
                      for c in COLUMNS) + (" !" if is_worse(result) else ""), flush=True)
    print(f"{'mean':14} {'':7} {'':5}" +
          "".join(f" {mean:7.4f} {'':6}" for mean in numpy.mean(means, axis=0)))


if __name__ == "__main__":
    main()
