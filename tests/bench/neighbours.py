"""What one would write with stumpy: beside each value how far the WINDOW that begins there is from
the one most like it.

usage: neighbours.py WINDOW FILE    (CSV with a column `value`; CSV to standard output)
"""
import sys

import pandas
import stumpy

window, path = int(sys.argv[1]), sys.argv[2]
table = pandas.read_csv(path)
nearest = stumpy.stump(table["value"].to_numpy(), window)[:, 0].astype(float)
table["distance"] = pandas.Series(nearest).reindex(table.index)
table.to_csv(sys.stdout, index=False)
