# The case of ad-iforest for scripts/bench.

# The trees are random ones, but scores of a hundred of them agree in order.
agree_forest() {
    has sklearn || return
    made few rows_from "$n_sample" "$1"
    ad-iforest --trees=100 "$made" | column 11 >"$tmp/a"
    "$python" tests/bench/isolation.py score 100 "$made" | column 11 >"$tmp/b"
    paste "$tmp/a" "$tmp/b" | "$python" -c 'import pandas, sys
both = pandas.read_csv(sys.stdin, sep="\t", header=None)
rho = both.corr("spearman").iloc[0, 1]
print("  scores and scikit-learn: rank correlation %.3f of %d" % (rho, len(both)))
sys.exit(int(rho < 0.9))' || fail 'outputs disagree: ad-iforest and scikit-learn'
}

bench_forest() {
    local n
    n=$(scaled 20000 1000000)
    made table.csv series "$n" fields=10
    made forest.csv cut -d , -f 2- "$tmp/table.csv"
    local table=$made
    title "forest: $(thousands "$n") rows of 10 values, $(size "$table"), 100 trees of 256"
    agree_forest "$table"
    ad-iforest --trees=100 --fit -m "$tmp/forest" "$table"
    program 'ad-iforest' '' "$n" ad-iforest --trees=100 "$table"
    program 'ad-iforest, -j 2' ad-iforest "$n" ad-iforest --trees=100 -j 2 "$table"
    program 'from a pipe' ad-iforest "$n" sh -c 'cat "$1" | ad-iforest --trees=100' sh "$table"
    program 'with a model' ad-iforest "$n" ad-iforest -m "$tmp/forest" "$table"
    program 'with a model, -j 2' 'with a model' "$n" ad-iforest -j 2 -m "$tmp/forest" "$table"
    peer sklearn 'scikit-learn' ad-iforest "$n" \
        "$python" tests/bench/isolation.py score 100 "$table"
    race 3
}

