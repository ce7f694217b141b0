# A metric with a rhythm of the day and of the week, and Gaussian noise.
#
#   awk -v days=30 -v step=1800 [-v ...] -f random.awk -f season.awk
#
# seed=1 sd=2             of the noise
# start=1704067200        first time, a Monday in UTC
# offsets="T:S,T:S,..."   from the time T on the wall clock is S seconds ahead of UTC
# shift_day=D shift=X     adds X from day D on
# slope=X                 adds X a day
# skip_day=D              has no records
# six=N                   from day 14 on every N-th value is its mean plus or minus 6 sd, marked 1
#                         in a column `six`
# lazy="D D ..."          days since 1970 (wall clock) that are like Sundays

function floor(x,    i) { i = int(x); return i > x ? i - 1 : i }

BEGIN {
    if (!seed) seed = 1
    if (sd == "") sd = 2
    if (start == "") start = 1704067200
    if (!step) step = 1800
    begin(seed)
    changes = split(offsets, change, /[:,]/) / 2
    quiet = split(lazy, free, " ")
    for (i = 1; i <= quiet; i++) is_free[free[i]] = 1
    print six ? "timestamp,value,six" : "timestamp,value"
    for (t = start; t < start + days * 86400; t += step) {
        while (at < changes && t >= change[2 * at + 1]) { ahead = change[2 * at + 2]; at++ }
        w = t + ahead
        day = floor(w / 86400)
        hour = (w - day * 86400) / 3600
        weekend = (day + 3) % 7 >= 5 || day in is_free
        mean = 100 + 40 * sin((hour - 7) / 12 * pi) - 25 * weekend
        if (hour >= 9 && hour < 17 && !weekend) mean += 30
        since = (t - start) / 86400
        mean += slope * since
        if (shift_day && since >= shift_day) mean += shift
        e = gaussian()
        if (skip_day && floor(since) == skip_day) continue
        mark = six && since >= 14 && row++ % six == six - 1
        if (mark) e = e > 0 ? 6 : -6
        line = sprintf("%.0f,%.4f", t, mean + sd * e)
        print six ? line "," mark : line
    }
}
