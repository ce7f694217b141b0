# The case of ad-eval for scripts/bench.

# judged FILE: its rows twice over, one after the other, scored, and labelled 0 or 1 by chance, the
# likelier 1 the higher the score
judged() {
    awk -F, '
        FNR == 1 { if (NR == 1) print; next }
        FNR == 2 && NR > 2 { ahead = last + 60 - $1 }
        { last = $1 + ahead; printf "%.0f,%s\n", last, $2 }' "$1" "$1" | ad-zscore | awk -F, '
        BEGIN { s = 1 }
        NR == 1 { print $0 ",label"; next }
        { s = s * 16807 % 2147483647; print $0 "," (s / 2147483647 < 0.001 + 0.2 * $3 ^ 3) }'
}

bench_eval() {
    local n=$((2 * n_csv)) measure
    long_series
    made judged judged "$csv"
    title "eval: $(thousands "$n") scored records with labels, $(size "$made")"
    ad-eval --labels=label -o csv "$made" >"$tmp/ours"
    for measure in auroc ap; do
        awk -F, -v measure="$measure" '
            NR == 1 { for (i = 1; i <= NF; i++) if ($i == measure) at = i; next }
            { print $at }' "$tmp/ours"
    done >"$tmp/a"
    if has sklearn; then
        "$python" tests/bench/ranking.py "$made" >"$tmp/b"
        agree 'AUROC and AP of ad-eval and scikit-learn' 1e-9 "$tmp/a" "$tmp/b"
    fi
    program 'ad-eval, all measures' '' "$n" ad-eval --labels=label "$made"
    peer sklearn 'scikit-learn, AUROC, AP' 'ad-eval, all measures' "$n" \
        "$python" tests/bench/ranking.py "$made"
    race 3
}
