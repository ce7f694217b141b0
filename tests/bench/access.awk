# Lines of an access log in the common format of Apache, 1000 a minute.
#
#   awk -v n=1000 [-v seed=1] -f ../random.awk -f access.awk
BEGIN {
    begin(seed)
    statuses = split("200 200 200 200 200 200 200 301 304 404 500", status, " ")
    paths = split("/ /index.html /login /api/v1/items /static/app.js", path, " ")
    for (row = 0; row < n; row++) {
        if (row % 1000 == 0) {
            minute = row / 1000
            stamp = sprintf("%02d/Nov/2026:%02d:%02d", minute / 1440 % 30 + 1, minute / 60 % 24, minute % 60)
        }
        r = int(uniform() * 1e9)
        printf "10.0.%d.%d - - [%s:%02d +0000] \"GET %s HTTP/1.1\" %s %d\n", r % 256, r % 199, stamp,
            row % 1000 * 0.06, path[r % paths + 1], status[r % statuses + 1], r % 100000
    }
}
