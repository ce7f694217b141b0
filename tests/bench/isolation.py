"""What one would write with scikit-learn: fit an isolation forest to a table, score all of it.

usage: isolation.py fit|score TREES FILE MODEL
fit writes the pickled model; score reads it and prints the rows with their scores. Without MODEL
(score TREES FILE) both happen in one run.
"""
import pickle
import sys

import pandas
from sklearn.ensemble import IsolationForest

what, trees, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
model = sys.argv[4] if len(sys.argv) > 4 else None
table = pandas.read_csv(path)
if what == "fit" or not model:
    forest = IsolationForest(n_estimators=trees, max_samples=256, random_state=1)
    forest.fit(table.to_numpy())
    if what == "fit":
        with open(model, "wb") as f:
            pickle.dump(forest, f)
        sys.exit()
else:
    with open(model, "rb") as f:
        forest = pickle.load(f)
table["score"] = -forest.score_samples(table.to_numpy())
table.to_csv(sys.stdout, index=False)
