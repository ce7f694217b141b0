# A series of Gaussian values.
#
#   awk -v n=1000 -v seed=1 [-v ...] -f random.awk -f gen.awk
#
# mean=60 sd=2        of the values
# start=1700000000    first time, step=60 seconds apart
# groups=K            adds a column `host` with K names, drawn at random
# shift_at=R shift=D  adds D from row R on
# spike_at=R spike=D  adds D to row R; spike_every=K: to every K-th
# fields=K            value columns a, b, c ... instead of `value`
# bare=1              only the values: no header, no time
# missing=K           every K-th value is empty

BEGIN {
    if (mean == "") mean = 60
    if (sd == "") sd = 2
    if (start == "") start = 1700000000
    if (step == "") step = 60
    if (!fields) fields = 1
    begin(seed)
    if (!bare) {
        line = groups ? "timestamp,host" : "timestamp"
        for (f = 0; f < fields; f++)
            line = line "," (fields == 1 ? "value" : substr("abcdefghij", f + 1, 1))
        print line
    }
    for (row = 1; row <= n; row++) {
        line = bare ? "" : sprintf("%.0f,", start + (row - 1) * step)
        if (groups) line = line "h" int(uniform() * groups) ","
        for (f = 0; f < fields; f++) {
            x = mean + sd * gaussian()
            if (shift_at && row >= shift_at) x += shift
            if (row == spike_at || (spike_every && row % spike_every == 0)) x += spike
            text = missing && (row + f) % missing == 0 ? "" : sprintf("%.4f", x)
            line = line (f ? "," : "") text
        }
        print line
    }
}
