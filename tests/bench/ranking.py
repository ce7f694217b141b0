"""What one would write with scikit-learn: how well scores rank anomalous records above others.

usage: ranking.py FILE    (CSV with columns zscore_score and label; prints AUROC and AP, a line each)
"""
import sys

import pandas
from sklearn.metrics import average_precision_score, roc_auc_score

table = pandas.read_csv(sys.argv[1], usecols=["zscore_score", "label"]).dropna()
for measure in roc_auc_score, average_precision_score:
    print("%.12g" % measure(table["label"], table["zscore_score"]))
