# The case of ad-bucket for scripts/bench.

# The same rows: the minute in ISO 8601, the status, the number of lines.
minutes='
    BEGIN {
        split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", name, " ")
        for (i in name) month[name[i]] = sprintf("%02d", i)
    }
    {
        day = substr($4, 9, 4) "-" month[substr($4, 5, 3)] "-" substr($4, 2, 2)
        count[day "T" substr($4, 14, 5) ":00Z," $9]++
    }
    END { for (key in count) print key "," count[key] }'
# The same, with the zone in mind
verb='@count[strftime(strptime($4 . $5, "[%d/%b/%Y:%H:%M:%S%z]"), "%Y-%m-%dT%H:%M:00Z")][$9] += 1;
    end { emit @count, "time", "status" }'

bench_bucket() {
    local n log by_minute=(ad-bucket --log=apache --every=1m)
    n=$(scaled 50000 5000000)
    made access random bench/access seed=1 n="$n"
    log=$made
    title "bucket: $(thousands "$n") lines of an access log, $(size "$log"), by minute and status"
    if has mawk; then
        same 'counts of ad-bucket and mawk' \
            <("${by_minute[@]}" -g status --empty=none "$log" | tail -n +2) \
            <(mawk "$minutes" "$log" | sort)
    fi
    if has mlr; then
        head -n "$n_sample" "$log" >"$tmp/few"
        same 'counts of ad-bucket and Miller' \
            <("${by_minute[@]}" -g status --empty=none "$tmp/few" | sort) \
            <(mlr --inidx --ifs ' ' --ocsv put -q "$verb" "$tmp/few" | sort)
    fi
    program ad-bucket '' "$n" "${by_minute[@]}" -g status --empty=none "$log"
    program 'and mean, p95 of bytes' ad-bucket "$n" \
        "${by_minute[@]}" -g status --agg='count,mean(bytes),p95(bytes),distinct(ip)' "$log"
    peer mawk 'mawk | sort' ad-bucket "$n" sh -c 'mawk "$1" "$2" | sort' sh "$minutes" "$log"
    slow_peer mlr 'Miller, strptime' ad-bucket "$n" \
        mlr --inidx --ifs ' ' --ocsv put -q "$verb" "$log"
    race 3
    rm -f "$log"
}
