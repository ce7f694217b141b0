# A series of Gaussian values, the same in every awk: L'Ecuyer's combined generator (1988), whose
# products stay below 2^53, and Box-Muller.
#
#   awk -v n=1000 -v seed=1 [-v ...] -f gen.awk
#
# mean=60 sd=2        of the values
# start=1700000000    first time, step=60 seconds apart
# groups=K            adds a column `host` with K names, drawn at random
# shift_at=R shift=D  adds D from row R on
# spike_at=R spike=D  adds D to row R; spike_every=K: to every K-th
# fields=K            value columns a, b, c ... instead of `value`
# bare=1              only the values: no header, no time
# missing=K           every K-th value is empty

function uniform() {
    s1 = 40014 * s1 % 2147483563
    s2 = 40692 * s2 % 2147483399
    return ((s1 - s2 + 2147483562) % 2147483562 + 0.5) / 2147483562
}

function gaussian(    r) {
    if (kept) { kept = 0; return spare }
    r = sqrt(-2 * log(uniform()))
    angle = 2 * pi * uniform()
    spare = r * sin(angle)
    kept = 1
    return r * cos(angle)
}

BEGIN {
    pi = atan2(0, -1)
    if (mean == "") mean = 60
    if (sd == "") sd = 2
    if (start == "") start = 1700000000
    if (step == "") step = 60
    if (!fields) fields = 1
    s1 = 12345 + 7919 * seed
    s2 = 67890 + 104729 * seed
    for (i = 0; i < 20; i++) uniform()
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
