# The case of ad-alert for scripts/bench.

# The records of ad-alert and ad-rules.
flagged_records() {
    n_flagged=$(scaled 50000 1000000)
    made flagged random bench/flagged seed=1 n="$n_flagged"
}

# flags FILE: how many
flags() {
    awk -F, '$5 == 1 { n++ } END { print n + 0 }' "$1"
}

# told WHAT FLAGS TRIGGERS
told() {
    if [ "$2" -eq "$3" ]; then
        echo "  $1: $(thousands "$3") incidents of $(thousands "$2") flags"
    else
        fail "$1: $3 incidents, not $2"
    fi
}

bench_alert() {
    local n flagged history live
    flagged_records
    flagged=$made
    n=$((n_flagged * 13 / 2))
    made history random bench/flagged seed=1 n="$n"
    history=$made

    printf '[channel log]\ntype = file\npath = %s\n[route all]\nchannels = log\n' "$tmp/notices" \
        >"$tmp/alert.ini"
    live=(sh -c 'rm -f "$1"/alerts.db* "$1/notices"
        exec ad-alert -g host -C "$1/alert.ini" --db="$1/alerts.db" "$2"' sh "$tmp")

    title "alert: $(thousands "$n_flagged") and $(thousands "$n") scored records, one in 1009 flagged"
    "${live[@]}" "$flagged"
    told 'alert, database and file' "$(flags "$flagged")" \
        "$(grep -c '"event":"trigger"' "$tmp/notices")"
    told 'alert, dry run' "$(flags "$history")" "$(ad-alert -g host --clock=input --dry-run "$history" |
        awk -F, '$2 == "trigger" { n += $NF } END { print n + 0 }')"
    program 'to a database and a file' '' "$n_flagged" "${live[@]}" "$flagged"
    program 'dry run' '' "$n_flagged" ad-alert -g host --clock=input --dry-run "$flagged"
    program 'dry run of 6.5 x' 'dry run' "$n" ad-alert -g host --clock=input --dry-run "$history"
    race
    rm -f "$history"
}
