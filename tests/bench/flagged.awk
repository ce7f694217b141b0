# Scored records of 50 hosts, one each a minute, every 1009th record flagged: so flags of a host lie
# 1009 minutes apart, and each is an incident.
#
#   awk -v n=1000 -v seed=1 -f ../random.awk -f flagged.awk
BEGIN {
    begin(seed)
    print "timestamp,host,value,load_score,load_flag"
    for (row = 0; row < n; row++) {
        u = uniform()
        flag = row % 1009 == 1008
        printf "%d,h%d,%d,%.6f,%d\n", 1700000000 + 60 * int(row / 50), row % 50, 1000 * u,
            0.001 + 0.5 * flag + 0.498 * u, flag
    }
}
