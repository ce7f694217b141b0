"""The steps of ad-novelty, written a second time from its manual page, slow and plain, to check the
program by: prints the raw novelty of each value.

usage: novelty-steps.py FILE        (CSV; values in the column `value`, times, if any, in `timestamp`,
                                    as `YYYY-MM-DD HH:MM:SS` or seconds since 1970, all UTC)
       novelty-steps.py --fixture=N (N rows a day, such as 288: of the series of tests/unit/novelty.c,
                                    from row 100 on, the sum, and the rows above 0.022)
"""
import bisect
import calendar
import csv
import math
import sys
import time

import numpy


def f32(x):
    return float(numpy.float32(x))


class Sketch:
    def __init__(self, room=128):
        self.room, self.total, self.v, self.c = room, 0.0, [], []

    def spread(self):
        v, c = self.v, self.c
        if len(v) < 2:
            return 0.0
        cut, lo, hi = 0.001 * self.total, 0, len(v) - 1
        passed = 0.0
        while lo < hi:
            passed += c[lo]
            if passed > cut:
                break
            lo += 1
        passed = 0.0
        while hi > lo:
            passed += c[hi]
            if passed > cut:
                break
            hi -= 1
        return v[hi] - v[lo] or v[-1] - v[0]

    def next(self, x):
        """The novelty of x; then x is added."""
        x, v, c = f32(x), self.v, self.c
        spread = self.spread()
        b = bisect.bisect_left(v, x)
        below = x - v[b - 1] if b > 0 else math.inf
        above = v[b] - x if b < len(v) else math.inf
        j, d = (b - 1, below) if below < above else (b, above)
        out = 0.0
        if self.total >= 4:
            gap = 0.0
            if c[j] < 1.5 and len(v) > 1:
                gap = min(abs(v[j] - v[i]) for i in (j - 1, j + 1) if 0 <= i < len(v))
            z = max(0.0, d - gap) * (0.7 if 0 < b < len(v) else 1)
            out = min(0.25, z / spread if spread > 0 else float(z > 0))
        if d <= 0.001 * spread:
            c[j] = f32(c[j] + 1)
        else:
            if len(v) == self.room:
                i = min(range(len(v) - 1), key=lambda i: v[i + 1] - v[i])
                v[i] = f32((v[i] * c[i] + v[i + 1] * c[i + 1]) / (c[i] + c[i + 1]))
                c[i] = f32(c[i] + c[i + 1])
                del v[i + 1], c[i + 1]
                b = bisect.bisect_left(v, x)
            v.insert(b, x)
            c.insert(b, 1.0)
        self.total = f32(self.total + 1)
        if self.total >= 12000:
            kept = [(v, c / 2) for v, c in zip(v, c) if c / 2 >= 0.3]
            self.v, self.c = [k[0] for k in kept], [k[1] for k in kept]
            self.total = f32(sum(self.c))
        return out


def deviation(values):
    mean = sum(values) / len(values)
    return math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))


def raw_novelty(rows, per_day=288):
    """rows: (seconds of the wall clock since 1970 or None, value); yields the raw novelty of each."""
    n48, n24, n6 = (max(2, round(n * per_day / 288)) for n in (48, 24, 6))
    value, residual, long_sd, mean, short_sd = (Sketch() for _ in range(5))
    day, week = [[0.0, 0] for _ in range(24)], [[0.0, 0] for _ in range(168)]
    first = level = error = claim = 0.0
    last = []
    for t, (when, x) in enumerate(rows):
        v = math.copysign(math.sqrt(abs(x)), x)
        first = first if t else v
        s = value.next(v - first)
        expected, r = level, v - level
        if when is not None:
            d, w = day[int(when // 3600) % 24], week[int(when // 3600) % 168]
            expected = (d[0] * d[1] + level) / (d[1] + 1)
            r = v - expected
            if w[1] > 0:
                r = 0.5 * r + 0.5 * (v - w[0])
        most = 16 * error if t > 30 else math.inf

        def clamp(e):
            return min(max(e, -most), most)

        if abs(r) <= 1e-12 * abs(v):
            r = 0.0
        if t >= 100:
            s += 0.75 * residual.next(r)
        if when is not None:
            for b, parent in ((d, level), (w, expected)):
                alpha = max(0.3, 1 / (b[1] + 1))
                b[0] += alpha * (clamp(v - b[0]) if b[1] else parent + clamp(v - parent) - b[0])
                b[1] = min(b[1] + 1, 60000)
        f = max(0.002, 1 / (t + 1))
        level += f * clamp(v - level)
        error += f * (1.25 * min(abs(r), most) - error)
        last = last[-n48:] + [v]
        if t >= n48:
            s += 0.5 * long_sd.next(deviation(last[-n48:]))
        if t >= n24:
            s += 0.3 * mean.next(sum(last[-n24:]) / n24 - first)
        if t >= n6:
            s += 0.3 * short_sd.next(deviation(last[-n6:]))
        claim *= math.exp(-288 / (80 * per_day))
        yield max(0.0, s - 0.8 * claim)
        claim = max(claim, s)


def seconds(text):
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        return calendar.timegm(time.strptime(text.split(".")[0], "%Y-%m-%d %H:%M:%S"))


def fixture():
    """A value every five minutes, integers in eighths: a day's wave, noise, a burst, a shift."""
    state = 12345
    for t in range(20000):
        state = (1103515245 * state + 12345) % 2**31
        x = 8 * abs(t % 288 - 144) + state // 65536 % 400
        x += 3000 if 9000 <= t < 9005 else -1500 if t >= 15000 else 0
        yield 1700000000 + 300 * t, x / 8


if len(sys.argv) != 2:
    sys.exit(__doc__)
if sys.argv[1].startswith("--fixture="):
    got = list(raw_novelty(fixture(), float(sys.argv[1].split("=")[1])))
    print(f"{sum(got[100:]):.9g}")
    for t, novelty in enumerate(got):
        if t >= 100 and novelty > 0.022:
            print(t, f"{novelty:.9g}")
else:
    with open(sys.argv[1], encoding="utf-8") as f:
        table = ((seconds(r.get("timestamp")), float(r["value"])) for r in csv.DictReader(f))
        for novelty in raw_novelty(table):
            print(repr(novelty))
