#!/usr/bin/env python3
"""Usage: make.py >forest.txt   (needs numpy and shap; see README)"""
import numpy as np
import shap

PSI, COLS, TREES = 32, 4, 6
LEVELS = 5  # log2 PSI


def path(m):
    return 2 * (sum(1 / i for i in range(1, m + 1)) - 1) if m > 1 else 0.0


def grow(x, level, rng, tree):
    """Append the nodes of an isolation tree, each before those below it; returns its index."""
    at = len(tree)
    tree.append(dict(left=-1, right=-1, col=-1, line=0.0, rows=len(x), value=level + path(len(x))))
    vary = [c for c in range(x.shape[1]) if x[:, c].min() < x[:, c].max()]
    if len(x) == 1 or level == LEVELS or not vary:
        return at
    c = rng.choice(vary)
    lo, hi = float(x[:, c].min()), float(x[:, c].max())
    t = np.float32(lo + rng.random() * (hi - lo))
    t = t if t < np.float32(hi) else np.float32(lo)
    go_left = x[:, c] <= t
    left = grow(x[go_left], level + 1, rng, tree)
    right = grow(x[~go_left], level + 1, rng, tree)
    tree[at].update(left=left, right=right, col=int(c), line=float(t))
    return at


def arrays(tree):
    """The tree as shap's TreeExplainer takes one."""
    def get(key, kind):
        return np.array([n[key] for n in tree], dtype=kind)
    value = np.array([[n["value"] if n["left"] < 0 else 0.0] for n in tree])
    return dict(children_left=get("left", int), children_right=get("right", int),
                children_default=get("left", int), features=get("col", int),
                thresholds=get("line", float), values=value / TREES,
                node_sample_weight=get("rows", float))


rng = np.random.default_rng(20)
data = rng.normal(size=(200, COLS)).astype(np.float32)
data[:, 3] = np.round(data[:, 3])  # ties
trees = []
for _ in range(TREES):
    trees.append([])
    grow(data[rng.choice(len(data), PSI, replace=False)], 0, rng, trees[-1])

rows = np.vstack([data[:5], rng.normal(size=(3, COLS)) * 3, np.full((1, COLS), 1e30),
                  np.full((1, COLS), -1e30), np.zeros((1, COLS)),
                  [[1e30, -1e30, 0.5, -1.0]]]).astype(np.float32)
rows = np.vstack([rows, rows[:1]])
rows[-1, trees[0][0]["col"]] = trees[0][0]["line"]  # on the line itself: goes left

explainer = shap.TreeExplainer(
    dict(trees=[arrays(t) for t in trees], internal_dtype=np.float64, input_dtype=np.float64),
    feature_perturbation="tree_path_dependent")
phi = explainer.shap_values(rows.astype(float))
expected = float(np.ravel(explainer.expected_value)[0])

print(PSI, COLS, TREES, len(rows))
for tree in trees:
    for n in tree:
        print(f"leaf {n['rows']}" if n["left"] < 0 else f"node {n['col']} {n['line']:.9g}")
print(f"{expected:.15g}")
for x, p in zip(rows, phi):
    print(" ".join(f"{v:.9g}" for v in x), " ".join(f"{v:.15g}" for v in np.ravel(p)))
