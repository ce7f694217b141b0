"""What one would write with pandas: every value beside what the WINDOW values before it say.

usage: rolling.py moments|median WINDOW FILE    (CSV with a column `value`; CSV to standard output)
"""
import sys

import pandas

statistic, window, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
table = pandas.read_csv(path)
before = table["value"].rolling(window, min_periods=10)
if statistic == "median":
    table["expected"] = before.median().shift(1)
else:
    table["expected"] = before.mean().shift(1)
    table["sd"] = before.std().shift(1)
    table["z"] = (table["value"] - table["expected"]) / table["sd"]
table.to_csv(sys.stdout, index=False)
