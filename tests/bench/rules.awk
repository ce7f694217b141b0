# The rules of rules.ini, for this one table alone.
function list(a, b) { return a == "" ? b : a "," b }
function quoted(a) { return a ~ /,/ ? "\"" a "\"" : a }
BEGIN { FS = OFS = "," }
NR == 1 { print $0, "rule,rule_score,rule_flag,severity,tags"; next }
{
    rule = tags = ""
    s = $4
    flag = 1
    if ($2 == "h7") { rule = "spare"; flag = 0 }
    if ($3 >= 999) rule = list(rule, "full")
    if ($1 % 86400 < 21600) { rule = list(rule, "night"); s = s / (2 - s) }
    if ($2 ~ /^h1[0-9]$/) { rule = list(rule, "web"); tags = "web" }
    if ($2 in last && $3 - last[$2] > 900) { rule = list(rule, "jump"); tags = list(tags, "jump") }
    last[$2] = $3
    s = sprintf("%.6f", s) + 0
    if ($3 >= 999) { severity = "high"; if (s < 0.5) s = 0.7 }
    else severity = s >= 0.9 ? "critical" : s >= 0.7 ? "high" : s >= 0.5 ? "medium" : s >= 0.3 ? "low" : ""
    print $0, quoted(rule), s, (flag && s >= 0.5), severity, quoted(tags)
}
