# The case of ad-rules for scripts/bench.

bench_rules() {
    flagged_records
    title "rules: $(thousands "$n_flagged") scored records, $(size "$made"), five rules"
    if has mawk; then
        same 'rules of ad-rules and mawk' <(ad-rules -g host tests/bench/rules.ini "$made") \
            <(mawk -f tests/bench/rules.awk "$made")
    fi
    program ad-rules '' "$n_flagged" ad-rules -g host tests/bench/rules.ini "$made"
    peer mawk mawk ad-rules "$n_flagged" mawk -f tests/bench/rules.awk "$made"
    race
}
