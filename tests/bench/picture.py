"""What one would write with matplotlib: values, those flagged marked, and the score below, as PNG.

usage: picture.py FILE >PICTURE    (CSV as ad-zscore makes it)
"""
import sys

import matplotlib
import pandas

matplotlib.use("Agg")
import matplotlib.pyplot as plt

table = pandas.read_csv(sys.argv[1],
                        usecols=["timestamp", "value", "zscore_score", "zscore_flag"])
time = pandas.to_datetime(table["timestamp"], unit="s")
flagged = table["zscore_flag"] == 1
figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(12, 4), dpi=100)
above.plot(time, table["value"], linewidth=1)
above.plot(time[flagged], table["value"][flagged], "o", color="red", markersize=3)
below.plot(time, table["zscore_score"], linewidth=1)
figure.savefig(sys.stdout.buffer, format="png")
