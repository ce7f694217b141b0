#!/usr/bin/python3
"""What ad-subseq computes, said plainly, and how well it finds strange stretches.

    subseq.py ranks [OPTION...]         48 made series, each of eight kinds of anomaly in six families
    subseq.py ranks --folder=FOLDER     CSV files with columns value and label (1: anomalous)
    subseq.py alarms                    flags in a million values of AR(1) noise, where all is normal
    subseq.py speed                     seconds and memory
    subseq.py values                    the numbers that the unit tests quote, by NumPy

`ranks` prints the volume under the precision-recall surface (VUS-PR, Paparrizos and others 2022) of
each series and the mean, with the options that follow. Needs numpy (Debian: python3-numpy); without
it, it says so and does nothing.
"""
import argparse
import csv
import io
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
except ImportError:
    print("subseq.py: skipped: numpy is not installed (Debian package python3-numpy)", file=sys.stderr)
    sys.exit(0)

PROGRAM = str(pathlib.Path(os.environ.get("AD_BIN", "build/bin")) / "ad-subseq")

# --- the method, as slow as it is plain ---------------------------------------------------------


def autocorrelation_hill(x, lags=400, first=3):
    """The lag of the highest hill of the autocorrelation, 125 if it has none of use."""
    d = np.asarray(x[:20000], float)
    d = d - d.mean()
    r = np.array([d[: len(d) - k] @ d[k:] for k in range(min(lags + 1, len(d)))])[first:]
    tops = [j for j in range(1, len(r) - 1) if r[j] > r[j - 1] and r[j] > r[j + 1]]
    best = max(tops, key=lambda j: r[j]) if tops else 0
    return 125 if best < 3 or best > 300 else best + first


def windows(x, given=0):
    """The lengths that the method uses: the most of a feature window, the base and the wide one."""
    n, most = len(x), len(x) // 10
    one = min(max(given or autocorrelation_hill(x), 10), most)
    base = one if one >= 50 else min(one * -(-50 // one), most)
    return most, base, min(2 * base, n // 8)


def all_windows(x, w):
    return np.lib.stride_tricks.sliding_window_view(x, w)


def around(score, w):
    """Of each row the mean of all windows that cover it; near the ends of half as many as elsewhere."""
    last = len(score) - 1
    few = min(w // 2, last)
    span = [(min(max(0, i - w + 1), last - few), max(min(i, last), few)) for i in range(last + w)]
    return np.array([score[a : b + 1].mean() for a, b in span])


def features(x, w):
    """Of every window, a hop apart: where they begin, and a row of features each."""
    starts = np.arange(0, len(x) - w + 1, max(1, w // 8))
    v = all_windows(x, w)[starts]
    mean, t = v.mean(1), np.arange(w) - (w - 1) / 2
    steps = np.diff(v, axis=1, prepend=v[:, :1])
    energy = np.abs(np.fft.rfft((v - mean[:, None]) * np.hanning(w), axis=1)) ** 2
    last = w // 2 + 1
    edges = [e for e in (1, 2, 3, 5, 9, 17, 33) if e < last] + [last]
    bands = [np.log(energy[:, a:b].sum(1) / w + 1e-3) for a, b in zip(edges, edges[1:])]
    plain = [mean, np.log(v.std(1) + 0.02), v @ t / (t @ t) * w,
             np.log(np.sqrt((steps**2).mean(1)) + 0.02), v.max(1), v.min(1)]
    return starts, np.column_stack(plain + bands)


def distances(rows):
    """How far each row is from the bulk of them."""
    median = np.median(rows, 0)
    mad = np.median(np.abs(rows - median), 0)
    z = (rows - median) / (1.4826 * mad + 0.25 * rows.std(0) + 1e-6)
    d = z.shape[1]

    def squares(mean, cov):
        inverse = np.linalg.inv(cov + (0.1 * np.trace(cov) / d + 1e-9) * np.eye(d))
        return np.einsum("ij,jk,ik->i", z - mean, inverse, z - mean)

    s = squares(0, np.cov(np.clip(z, -4, 4).T))
    for _ in range(2):
        near = z[s <= np.quantile(s, 0.9)]
        s = squares(near.mean(0), np.cov(near.T))
    return np.sqrt(s)


def by_features(x, w):
    starts, rows = features(x, w)
    return around(np.interp(np.arange(len(x) - w + 1), starts, distances(rows)), w)


def profile(x, m, shape):
    """Of each window the nearest of each stretch that shares no value with it, sorted."""
    v, stretch = all_windows(x, m), max(m, 8, len(x) // 400)
    mean, sd = v.mean(1), v.std(1)
    scale = np.maximum(sd, max(0.1 * np.median(sd), 1e-3))
    middle = v - mean[:, None]
    for i in range(len(v)):
        if shape:
            d = ((middle / scale[:, None] - middle[i] / scale[i]) ** 2).mean(1)
        else:
            d = ((middle - middle[i]) ** 2).mean(1) + 0.25 * (mean - mean[i]) ** 2
        blocks = [d[lo : lo + stretch].min() for lo in range(0, len(v), stretch)
                  if not (min(lo + stretch, len(v)) - 1 > i - m and lo < i + m)]
        yield np.sort(blocks)


def quantile_of(nearest, q):
    return np.array([s[max(0, int(q * (len(s) - 1) + 0.5))] if len(s) else 0.0 for s in nearest])


def by_profile(nearest, m, q):
    return np.sqrt(np.maximum(around(quantile_of(nearest, q), m), 0))


def standardized(v):
    return (v - v.mean()) / (v.std() + 1e-12)


def scores(x, given=0):
    """What ad-subseq makes of a series before it is turned into a surprise."""
    x = (x - x.mean()) / x.std()
    most, base, wide = windows(x, given)
    total = sum(0.5 * standardized(by_features(x, min(w, most))) for w in (16, 32, 64, 128, 256))
    total += standardized(by_features(x, base)) + standardized(by_features(x, wide))
    total += standardized(by_profile(list(profile(x, wide, False)), wide, 0.2))
    shapes = list(profile(x, base, True))
    total += standardized(by_profile(shapes, base, 0.2))
    if np.median(quantile_of(shapes, 0)) < 0.36:
        total += 2 * standardized(by_profile(list(profile(x, base, False)), base, 0))
    return total


# --- series with known anomalies ----------------------------------------------------------------

N = 6000
KINDS = ("amplitude", "flat", "frequency", "level", "missing", "noise", "trend", "warp")


def sine(_, phase):
    return np.sin(2 * np.pi * phase) + 0.4 * np.sin(6 * np.pi * phase + 1), 0.1


def pulse(_, phase):
    def bump(at, width, high):
        return high * np.exp(-0.5 * ((phase % 1 - at) / width) ** 2)

    return bump(0.3, 0.02, 3) - bump(0.35, 0.02, 0.8) + bump(0.6, 0.07, 0.7), 0.08


def day(_, phase):
    u, weekend = phase % 1, (np.floor(phase) % 7) >= 5
    load = np.exp(-0.5 * ((u - 0.4) / 0.1) ** 2) + 0.8 * np.exp(-0.5 * ((u - 0.75) / 0.08) ** 2)
    return load * np.where(weekend, 0.6, 1), 0.08


def machine(rng, phase):
    width = rng.uniform(0.4, 0.5, int(phase.max()) + 2)[np.floor(phase).astype(int)]
    return np.where(phase % 1 < width, 1.0, 0.0), 0.06


def vibration(rng, phase):
    drift = np.cumsum(rng.normal(0, 0.01, len(phase)))
    size = 1 + 0.3 * np.sin(np.cumsum(rng.normal(0, 0.01, len(phase))))
    return size * np.sin(2 * np.pi * (phase + 0.3 * drift)), 0.2


def season(rng, phase):
    walk = np.cumsum(rng.normal(0, 0.01, len(phase)))
    x = np.sin(2 * np.pi * phase) + walk - walk.mean() + 0.08 * rng.standard_t(3, len(phase))
    return x, 0.05


# what makes it, rows of a cycle, by how much cycles differ in length
FAMILIES = {"sine": (sine, 60, 0), "pulse": (pulse, 90, 0.02), "day": (day, 144, 0),
            "machine": (machine, 80, 0.05), "vibration": (vibration, 50, 0),
            "season": (season, 100, 0)}


def change(rng, x, span, kind):
    v, n = x[span], span.stop - span.start
    if kind == "amplitude":
        x[span] = v.mean() + (v - v.mean()) * rng.choice([0.7, 1.4])
    if kind == "flat":
        x[span] = v[0]
    if kind == "level":
        x[span] = v + rng.choice([-1, 1]) * 0.5 * x.std()
    if kind == "missing":
        x[span] = np.median(x)
    if kind == "trend":
        x[span] = v + rng.choice([-1, 1]) * x.std() * np.linspace(0, 1, n)
    if kind == "noise":
        x[span] = v + 0.3 * x.std() * rng.normal(size=n)


def series(family, kind):
    """Values and labels: one to three anomalies of a third of a cycle to four cycles."""
    make, period, jitter = FAMILIES[family]
    rng = np.random.default_rng([2718, list(FAMILIES).index(family), KINDS.index(kind)])
    label, speed, spans = np.zeros(N, int), np.ones(N), []
    if jitter:
        speed *= np.repeat(1 + jitter * rng.normal(size=N // period + 2), period)[:N]
    for i in range(rng.integers(1, 4)):
        at = rng.uniform(0.1, 0.3) + 0.3 * i
        cycles = 1 if kind == "missing" else np.exp(rng.uniform(np.log(1 / 3), np.log(4)))
        spans.append(slice(int(at * N), int(at * N) + int(period * cycles)))
        label[spans[-1]] = 1
    for span in spans:
        if kind == "frequency":
            speed[span] *= rng.choice([0.75, 1.35])
        if kind == "warp":
            speed[span] *= 1 + 0.4 * np.sin(np.linspace(0, 2 * np.pi, span.stop - span.start))
    x, noise = make(rng, np.cumsum(speed) / period)
    for span in spans:
        change(rng, x, span, kind)
    return x + 2 * noise * rng.normal(size=N), label


def colored(n, seed):
    """AR(1) noise with the coefficient 0.9."""
    e = np.random.default_rng(seed).normal(size=n + 1000)
    for i in range(1, len(e)):
        e[i] += 0.9 * e[i - 1]
    return e[1000:]


# --- how well ranks tell anomalies --------------------------------------------------------------


def vus_pr(label, score, widest, thresholds=250):
    """Mean area under the precision-recall curve over buffers of 0 .. widest rows around anomalies."""
    n = len(label)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], label, [0]])))
    spans = list(zip(edges[::2], edges[1::2]))
    levels = np.sort(score)[::-1][np.linspace(0, n - 1, thresholds).astype(int)]
    passed = np.searchsorted(-levels, -score)  # the first threshold that each row reaches
    chosen = np.cumsum(np.bincount(passed, minlength=thresholds)[:thresholds])
    sure = np.cumsum(np.bincount(passed[label == 1], minlength=thresholds)[:thresholds])
    area = 0
    for width in range(widest + 1):
        half, soft = width // 2, label.astype(float)
        found, at = np.zeros(thresholds + 1), max(spans[0][0] - half, 0)
        whole = 0
        for i, (a, b) in enumerate(spans):
            for side in (np.arange(b, min(b + half, n)), np.arange(max(a - half, 0), a)):
                side = side[label[side] == 0]
                far = np.where(side >= b, side - b + 1, a - side)
                soft[side] += np.sqrt(1 - far / max(width, 1))
            if i + 1 < len(spans) and b - 1 + half >= spans[i + 1][0] - half:
                continue
            found[passed[at : min(b + half, n)].min()] += 1
            whole += 1
            at = spans[i + 1][0] - half if i + 1 < len(spans) else n
        hits = np.bincount(passed, np.minimum(soft, 1), minlength=thresholds)[:thresholds].cumsum()
        positive = (2 * label.sum() + hits - sure) / 2
        recall = np.minimum(hits / positive, 1) * found[:thresholds].cumsum() / whole
        area += np.sum(np.diff(recall, prepend=0) * hits / chosen)
    return area / (widest + 1)


def run(x, *options):
    text = "value\n" + "".join(f"{v:.6g}\n" for v in x)
    out = subprocess.run([PROGRAM, *options], input=text, capture_output=True, text=True, check=True)
    rows = list(csv.reader(io.StringIO(out.stdout)))[1:]
    return np.array([float(r[1] or 0) for r in rows]), np.array([int(r[2] or 0) for r in rows])


def ranks(args):
    cases = {f"{f} {k}": series(f, k) for f in FAMILIES for k in KINDS}
    if args.folder:
        cases = {}
        for path in sorted(pathlib.Path(args.folder).glob("*.csv")):
            table = np.genfromtxt(path, delimiter=",", names=True)
            cases[path.name] = table["value"], table["label"].astype(int)
    found = []
    for name, (x, label) in cases.items():
        score, _ = run(x, *args.options)
        found.append(vus_pr(label, score, autocorrelation_hill(x)))
        print(f"{found[-1]:.4f} {name}", flush=True)
    print(f"{np.mean(found):.4f} mean of {len(found)}")


def alarms(args):
    for n, seeds in ((1000, 30), (4000, 15), (20000, 5), (1000000, 1)):
        rows = runs = 0
        for seed in range(seeds):
            flag = run(colored(n, 100 + seed), *args.options)[1]
            rows += flag.sum()
            runs += np.count_nonzero(np.diff(flag, prepend=0) == 1)
        print(f"{n} values: {rows / n / seeds / 0.0027:.2f} times the nominal rate of rows, "
              f"{runs / n / seeds * 1e6:.0f} stretches in a million")


def speed(_):
    t = np.arange(1000000)
    x = np.sin(2 * np.pi * t / 100) + np.random.default_rng(1).normal(size=len(t)) / 5
    with tempfile.TemporaryDirectory() as folder:
        measure, data = f"{folder}/measure", f"{folder}/in.csv"
        source = pathlib.Path(__file__).with_name("measure.c")
        subprocess.run([os.environ.get("CC", "cc"), "-O2", "-o", measure, source], check=True)
        for n, *options in ((20000,), (20000, "-j2"), (1000000,), (1000000, "--chunk=100000")):
            np.savetxt(data, x[:n], "%.5f", header="value", comments="")
            out = subprocess.run([measure, PROGRAM, *options, data], capture_output=True, check=True)
            wall, processor, size = (float(v) for v in out.stdout.split())
            print(f"{n} values {' '.join(options)}: {wall:.2f} s, {processor:.2f} s of processor, "
                  f"{size / 2**20:.0f} MB")


# --- numbers for the unit tests -----------------------------------------------------------------


def ticks(n):
    """A series of whole numbers, the same in C."""
    i = np.arange(n)
    return (37 * i * i + 11 * i) % 101 + 40 * (i % 24 < 7) + 60 * ((i >= 300) & (i < 330)) * (i % 2)


def values(_):
    np.set_printoptions(precision=15, linewidth=100, floatmode="unique")
    a = np.array([[4, 2, -1, 0], [2, 5, 1, 1], [-1, 1, 6, 2], [0, 1, 2, 7.0]])
    print("cholesky", np.linalg.cholesky(a), sep="\n")
    rows = ticks(240).reshape(60, 4) * 1.0
    rows[7] += (100, -50, 3, 9)
    print("distances", distances(rows)[[0, 1, 7, 30, 59]])
    for w in (2, 3, 16, 23, 100, 130):
        print("features", w, features(ticks(600) / 40, w)[1][0])
    x = ticks(1600)
    for given in (0, 30, 130):
        print("scores", given, windows((x - x.mean()) / x.std(), given),
              scores(x * 1.0, given)[[0, 1, 100, 310, 400, 1599]])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=["ranks", "alarms", "speed", "values"])
    parser.add_argument("--folder")
    args, args.options = parser.parse_known_args()
    {"ranks": ranks, "alarms": alarms, "speed": speed, "values": values}[args.what](args)


if __name__ == "__main__":
    main()
