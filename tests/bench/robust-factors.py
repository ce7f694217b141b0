#!/usr/bin/python3
"""The small-sample law of (x - median) / (1.4826 MAD), x and the n values of the window Gaussian.

For each n the tail probability of |T| is averaged over simulated windows (given median and MAD it
is known exactly, so no tail event has to be waited for), quantiles are solved for, and a factor f
and degrees of freedom nu are fitted so that f times Student's t with nu degrees has the same tail
from 0.1 down to 0.0001. Prints n, f, nu and the fit's ratio of true to nominal alpha at each level.

usage: robust-factors.py [WINDOWS]    (default 400000 per n; fixed seed; needs numpy and scipy)
"""
import sys

import numpy as np
from scipy import optimize, special, stats

ALPHA = np.array([0.1, 0.03, 0.01, 0.0027, 0.001, 0.0001])
WEIGHT = np.array([1, 1, 1, 3, 1, 1])
SIZES = [*range(3, 32), 40, 41, 50, 51, 60, 61, 80, 81, 100, 101, 150, 151, 200, 201, 400, 401]


def windows(rng, n, count):
    """Medians and scaled MADs of count windows of n values."""
    medians, scales = [], []
    while count > 0:
        part = min(count, 2_000_000 // n)
        x = rng.standard_normal((part, n))
        m = np.median(x, axis=1)
        medians.append(m)
        scales.append(1.482602218505602 * np.median(np.abs(x - m[:, None]), axis=1))
        count -= part
    return np.concatenate(medians), np.concatenate(scales)


def tail(q, m, s):
    return np.mean(special.ndtr(m - q * s) + special.ndtr(-m - q * s))


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400_000
    rng = np.random.default_rng(1)
    print("n f nu", *ALPHA)
    for n in SIZES:
        m, s = windows(rng, n, count)

        def miss(p):
            q = np.exp(p[0]) * stats.t.isf(ALPHA / 2, np.exp(p[1]))
            return WEIGHT * np.log([tail(v, m, s) for v in q] / ALPHA)

        fit = optimize.least_squares(miss, [0.0, np.log(max(0.37 * n, 1))], diff_step=1e-3)
        ratio = np.exp(miss(fit.x) / WEIGHT)
        print(n, *("%.5f" % v for v in np.exp(fit.x)), *("%.3f" % r for r in ratio), flush=True)


if __name__ == "__main__":
    main()
