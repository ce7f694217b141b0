/* Conditions: no crash on any text, values or state; and what the program makes of records is what
 * a plain interpreter makes of them, which knows no program, no shortcut and no window: it reads
 * the text anew for each record and looks at all records before.
 *
 * The input: a condition, NUL, records of one line each, NUL, a state. A record's values stand
 * between commas, for the fields in the order of their names' first use; the first is the time. */
#include "decide/expr.h"
#include "decide/lex.h"

#include "base/number.h"

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RECORDS = 40, FIELDS = 12, CALLS = 40, TEXT = 400 };

/* What is known of a value, and the value. */
enum type { ANY, NUMBER, TEXTUAL };
struct result {
    enum type type;
    struct ad_value v;
};

/* A call in the text, and its argument at every record so far. */
struct past {
    size_t at, n;
    struct ad_value v[RECORDS];
    double t[RECORDS];
};

static struct {
    struct ad_lexer lex;
    struct ad_token tok;
    char arena[TEXT + 1];
    const struct ad_names *fields;
    struct ad_str value[RECORDS][FIELDS];
    double t[RECORDS], now; /* as they are, and the latest so far */
    size_t record;
    struct past past[CALLS];
    size_t ncall;
    bool unsure; /* something rounds, or is none of the interpreter's business */
} in;

static struct result either(int level);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void next(void)
{
    struct ad_err err = {0};
    check(ad_lex(&in.lex, &in.tok, &err) == 0);
}

static bool word(const char *z)
{
    return in.tok.kind == AD_TOKEN_NAME && ad_str_eq(in.tok.s, ad_str_of(z));
}

static struct ad_value number(double x)
{
    return isfinite(x) ? (struct ad_value){AD_VALUE_NUMBER, x, {NULL, 0}} : (struct ad_value){0};
}

static struct result result(double x)
{
    return (struct result){NUMBER, number(x)};
}

static struct ad_value to_number(struct ad_value v)
{
    double x;
    if (v.kind != AD_VALUE_TEXT)
        return v;
    if (ad_number_parse(v.s, &x) == 0)
        return number(x);
    return ad_str_eq(v.s, ad_str_of("true"))    ? number(1)
           : ad_str_eq(v.s, ad_str_of("false")) ? number(0)
                                                : (struct ad_value){0};
}

static bool truth(struct ad_value v)
{
    v = to_number(v);
    return v.kind == AD_VALUE_NUMBER && v.x != 0;
}

static bool relation(enum ad_token_kind op, int order)
{
    return op == AD_TOKEN_EQ   ? order == 0
           : op == AD_TOKEN_NE ? order != 0
           : op == AD_TOKEN_LT ? order < 0
           : op == AD_TOKEN_LE ? order <= 0
           : op == AD_TOKEN_GT ? order > 0
                               : order >= 0;
}

static int text_order(struct ad_str a, struct ad_str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++)
        if (a.s[i] != b.s[i])
            return (unsigned char)a.s[i] < (unsigned char)b.s[i] ? -1 : 1;
    return a.len < b.len ? -1 : a.len > b.len;
}

static bool compare(enum ad_token_kind op, struct result a, struct result b)
{
    double x;
    bool texts = a.v.kind == AD_VALUE_TEXT && b.v.kind == AD_VALUE_TEXT;
    if (a.v.kind == AD_VALUE_MISSING || b.v.kind == AD_VALUE_MISSING)
        return false;
    if (a.type == TEXTUAL || b.type == TEXTUAL)
        return texts && relation(op, text_order(a.v.s, b.v.s));
    if (a.type == ANY && b.type == ANY && texts) {
        int numbers = (ad_number_parse(a.v.s, &x) == 0) + (ad_number_parse(b.v.s, &x) == 0);
        if (numbers == 0 || (numbers == 1 && (op == AD_TOKEN_EQ || op == AD_TOKEN_NE)))
            return relation(op, text_order(a.v.s, b.v.s));
    }
    a.v = to_number(a.v);
    b.v = to_number(b.v);
    if (a.v.kind == AD_VALUE_MISSING || b.v.kind == AD_VALUE_MISSING)
        return false;
    return relation(op, a.v.x < b.v.x ? -1 : a.v.x > b.v.x);
}

static bool matches(struct ad_str text, const char *pattern)
{
    char copy[TEXT + 1];
    regex_t regex;
    check(text.len <= TEXT);
    memcpy(copy, text.s, text.len);
    copy[text.len] = '\0';
    check(regcomp(&regex, pattern, REG_EXTENDED) == 0);
    bool found = regexec(&regex, copy, 0, NULL, 0) == 0;
    regfree(&regex);
    return found;
}

static bool contains(struct ad_str v, struct ad_str part)
{
    for (size_t i = 0; i + part.len <= v.len; i++)
        if (part.len == 0 || memcmp(v.s + i, part.s, part.len) == 0)
            return true;
    return false;
}

/* Hour, minute, weekday ... of a time in UTC, by the C library; 9 to 17 is worked, holidays there
 * are none. */
static double calendar(const char *what, struct ad_value v)
{
    double t = v.x, size = fabs(t);
    struct ad_err err = {0};
    static struct ad_clock *clock;
    if (!clock)
        clock = ad_clock_open("UTC", NULL, &err);
    if (v.kind == AD_VALUE_MISSING || (v.kind == AD_VALUE_TEXT && ad_clock_parse(clock, v.s, &t)))
        return (double)NAN;
    if (v.kind == AD_VALUE_NUMBER)
        t = size < 1e11 ? t : size < 1e14 ? t / 1e3 : size < 1e17 ? t / 1e6 : t / 1e9;
    if (fabs(t) > 1e11) {
        in.unsure = true;
        return 0;
    }
    time_t whole = (time_t)floor(t);
    struct tm tm;
    gmtime_r(&whole, &tm);
    int day = (tm.tm_wday + 6) % 7;
    return strcmp(what, "hour") == 0         ? tm.tm_hour
           : strcmp(what, "minute") == 0     ? tm.tm_min
           : strcmp(what, "weekday") == 0    ? day + 1
           : strcmp(what, "is_weekend") == 0 ? day >= 5
           : strcmp(what, "is_holiday") == 0 ? 0
                                             : day < 5 && tm.tm_hour >= 9 && tm.tm_hour < 17;
}

static struct past *past_of(size_t at)
{
    size_t i = 0;
    while (i < in.ncall && in.past[i].at != at)
        i++;
    check(i < CALLS);
    if (i == in.ncall)
        in.past[in.ncall++] = (struct past){.at = at};
    return &in.past[i];
}

/* The sum of what is not too old. */
static double sum(const struct past *p, double span)
{
    double total = 0;
    if (isnan(in.t[in.record]))
        return (double)NAN;
    for (size_t i = 0; i < p->n; i++)
        if (!isnan(p->t[i]) && in.now - p->t[i] < span) {
            total += p->v[i].x;
            in.unsure |= floor(p->v[i].x) != p->v[i].x || fabs(p->v[i].x) > 1e12;
        }
    return total;
}

static bool same(struct ad_value a, struct ad_value b)
{
    double x, y;
    if (a.kind != b.kind)
        return false;
    if (a.kind == AD_VALUE_NUMBER)
        return a.x == b.x;
    return ad_str_eq(a.s, b.s) ||
           (ad_number_parse(a.s, &x) == 0 && ad_number_parse(b.s, &y) == 0 && x == y);
}

/* How many of the last arguments are the same: each as the first of its run. */
static double repeat(const struct past *p)
{
    double times = 0;
    size_t first = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (i > 0 && same(p->v[first], p->v[i])) {
            times++;
        } else {
            first = i;
            times = 1;
        }
    }
    return times;
}

/* What a call that remembers gives for an argument; span: of those with a duration. */
static struct ad_value remember(const char *what, size_t at, struct ad_value v, double span)
{
    struct past *p = past_of(at);
    double t = isnan(in.t[in.record]) ? (double)NAN : in.now;
    bool texts = strcmp(what, "last") == 0 || strcmp(what, "repeat") == 0;
    if (!texts)
        v = to_number(v);
    else if (v.kind == AD_VALUE_TEXT && ad_str_is_missing(v.s))
        v = (struct ad_value){0};
    struct ad_value last = p->n ? p->v[p->n - 1] : (struct ad_value){0};
    double last_t = p->n ? p->t[p->n - 1] : (double)NAN;
    if (v.kind != AD_VALUE_MISSING) {
        p->v[p->n] = v;
        p->t[p->n++] = t;
    }
    if (strcmp(what, "last") == 0)
        return last;
    if (strcmp(what, "count") == 0 || strcmp(what, "sum") == 0)
        return number(sum(p, span));
    if (v.kind == AD_VALUE_MISSING)
        return v;
    if (strcmp(what, "repeat") == 0)
        return number(repeat(p));
    if (last.kind == AD_VALUE_MISSING)
        return last;
    double delta = v.x - last.x;
    return number(strcmp(what, "rate") == 0         ? delta / (t - last_t)
                  : strcmp(what, "pct_change") == 0 ? 100 * delta / fabs(last.x)
                                                    : delta);
}

static struct result call_remembering(const char *what, size_t at)
{
    struct result arg = {NUMBER, number(1)};
    double span = 0;
    if (strcmp(what, "count") != 0) {
        arg = either(1);
        if (strcmp(what, "sum") == 0)
            next();
    }
    if (in.tok.kind == AD_TOKEN_DURATION) {
        span = in.tok.x;
        next();
    }
    arg.v = remember(what, at, arg.v, span);
    arg.type = strcmp(what, "last") == 0 ? arg.type : NUMBER;
    return arg;
}

static struct result call(const char *what, size_t at)
{
    static const char *const remembering[] = {"last",       "repeat", "delta", "rate",
                                              "pct_change", "count",  "sum"};
    for (size_t i = 0; i < sizeof remembering / sizeof *remembering; i++)
        if (strcmp(what, remembering[i]) == 0)
            return call_remembering(what, at);
    bool no_argument = in.tok.kind == AD_TOKEN_CLOSE;
    struct result a = no_argument ? result(in.t[in.record]) : either(1);
    if (strcmp(what, "abs") == 0) {
        a.v = to_number(a.v);
        return result(a.v.kind == AD_VALUE_NUMBER ? fabs(a.v.x) : (double)NAN);
    }
    if (strcmp(what, "contains") == 0 || strcmp(what, "starts_with") == 0) {
        next();
        struct ad_value b = either(1).v;
        if (a.v.kind != AD_VALUE_TEXT || b.kind != AD_VALUE_TEXT)
            return result(0);
        if (*what == 's' && a.v.s.len > b.s.len)
            a.v.s.len = b.s.len;
        return result(contains(a.v.s, b.s));
    }
    if (strcmp(what, "min") != 0 && strcmp(what, "max") != 0)
        return result(calendar(what, a.v));
    while (in.tok.kind == AD_TOKEN_COMMA) {
        next();
        struct ad_value x = to_number(a.v), y = to_number(either(1).v);
        bool both = x.kind == AD_VALUE_NUMBER && y.kind == AD_VALUE_NUMBER;
        a = result(!both ? (double)NAN : what[1] == 'i' ? fmin(x.x, y.x) : fmax(x.x, y.x));
    }
    return a;
}

static struct result field(struct ad_str name)
{
    ptrdiff_t i = ad_names_find(in.fields, name);
    check(i >= 0);
    struct ad_str v = i < FIELDS ? in.value[in.record][i] : (struct ad_str){NULL, 0};
    return (struct result){ANY, {v.len ? AD_VALUE_TEXT : AD_VALUE_MISSING, 0, v}};
}

static struct result primary(void)
{
    struct ad_token tok = in.tok;
    struct result r = {ANY, {0}};
    char name[32] = "";
    next();
    switch (tok.kind) {
    case AD_TOKEN_NUMBER:
    case AD_TOKEN_DURATION:
        return result(tok.x);
    case AD_TOKEN_TEXT:
        return (struct result){TEXTUAL, {AD_VALUE_TEXT, 0, tok.s}};
    case AD_TOKEN_FIELD:
        return field(tok.s);
    case AD_TOKEN_NOT:
        r = primary();
        return result(!truth(r.v));
    case AD_TOKEN_SUB:
        r = primary();
        r.v = to_number(r.v);
        return result(r.v.kind == AD_VALUE_NUMBER ? -r.v.x : (double)NAN);
    case AD_TOKEN_OPEN:
        r = either(1);
        next();
        return r;
    default:
        break;
    }
    check(tok.kind == AD_TOKEN_NAME);
    if (in.tok.kind == AD_TOKEN_OPEN) {
        memcpy(name, tok.s.s, tok.s.len < 31 ? tok.s.len : 31);
        next();
        r = call(name, tok.at);
        check(in.tok.kind == AD_TOKEN_CLOSE);
        next();
        return r;
    }
    return ad_str_eq(tok.s, ad_str_of("true"))    ? result(1)
           : ad_str_eq(tok.s, ad_str_of("false")) ? result(0)
           : ad_str_eq(tok.s, ad_str_of("t"))     ? result(in.t[in.record])
                                                  : field(tok.s);
}

static double calculate(enum ad_token_kind op, double x, double y)
{
    return op == AD_TOKEN_ADD   ? x + y
           : op == AD_TOKEN_SUB ? x - y
           : op == AD_TOKEN_MUL ? x * y
           : op == AD_TOKEN_DIV ? x / y
                                : fmod(x, y);
}

static bool binds(enum ad_token_kind op, int level)
{
    return level == 1 ? op == AD_TOKEN_ADD || op == AD_TOKEN_SUB
                      : op == AD_TOKEN_MUL || op == AD_TOKEN_DIV || op == AD_TOKEN_MOD;
}

static struct result arithmetic(int level)
{
    struct result a = level == 1 ? arithmetic(2) : primary();
    while (binds(in.tok.kind, level)) {
        enum ad_token_kind op = in.tok.kind;
        next();
        struct ad_value x = to_number(a.v),
                        y = to_number((level == 1 ? arithmetic(2) : primary()).v);
        bool both = x.kind == AD_VALUE_NUMBER && y.kind == AD_VALUE_NUMBER;
        a = result(both ? calculate(op, x.x, y.x) : (double)NAN);
    }
    return a;
}

static struct result comparison(void)
{
    struct result a = arithmetic(1);
    enum ad_token_kind op = in.tok.kind;
    if (word("in")) {
        bool found = false;
        next();
        do {
            next();
            found |= compare(AD_TOKEN_EQ, a, either(1));
        } while (in.tok.kind == AD_TOKEN_COMMA);
        next();
        return result(found);
    }
    if (op == AD_TOKEN_MATCH || op == AD_TOKEN_NO_MATCH) {
        next();
        bool found =
            a.v.kind == AD_VALUE_TEXT && matches(a.v.s, in.tok.s.s) == (op == AD_TOKEN_MATCH);
        next();
        return result(found);
    }
    if (op < AD_TOKEN_EQ || op > AD_TOKEN_GE)
        return a;
    next();
    return result(compare(op, a, arithmetic(1)));
}

/* || (level 1) or && (level 2). */
static struct result either(int level)
{
    struct result a = level == 1 ? either(2) : comparison();
    while (in.tok.kind == (level == 1 ? AD_TOKEN_OR : AD_TOKEN_AND)) {
        next();
        struct result b = level == 1 ? either(2) : comparison();
        bool x = truth(a.v), y = truth(b.v);
        a = result(level == 1 ? x || y : x && y);
    }
    return a;
}

static struct ad_value interpret(struct ad_str text)
{
    in.lex = (struct ad_lexer){.text = text, .arena = in.arena};
    next();
    struct result r = either(1);
    check(in.tok.kind == AD_TOKEN_END);
    return r.type == ANY ? number(truth(r.v)) : r.v;
}

/* The part of the text up to the byte, which is taken off with it. */
static struct ad_str part(struct ad_str *text, char end)
{
    const char *p = text->len ? memchr(text->s, end, text->len) : NULL;
    struct ad_str v = {text->s, p ? (size_t)(p - text->s) : text->len};
    text->s += v.len + (p != NULL);
    text->len -= v.len + (p != NULL);
    return v;
}

static void read_record(struct ad_str line, size_t n)
{
    double t;
    in.t[n] = ad_number_parse(part(&line, ','), &t) == 0 && fabs(t) < 1e10 ? t : (double)NAN;
    for (size_t i = 0; i < FIELDS; i++) {
        in.value[n][i] = part(&line, ',');
        if (in.value[n][i].len > TEXT)
            in.value[n][i].len = TEXT;
    }
}

/* Into a second state and back. */
static void *reload(const struct ad_expr *e, void *state)
{
    struct ad_buf bytes = {0};
    struct ad_save save = {&bytes};
    void *other = malloc(ad_expr_state_size(e) + 1);
    ad_expr_state_save(e, state, &save);
    ad_expr_state_init(e, other);
    struct ad_load load = {.in = {bytes.s, bytes.len}};
    check(ad_expr_state_load(e, other, &load) == 0 && load.in.len == 0);
    ad_expr_state_free(e, state);
    free(state);
    ad_buf_free(&bytes);
    return other;
}

static void run(const struct ad_expr *e, struct ad_str text, struct ad_str records,
                struct ad_str hostile, struct ad_clock *clock)
{
    struct ad_hours hours;
    struct ad_err err = {0};
    struct ad_str value[TEXT];
    check(ad_hours_parse(&hours, ad_str_of(AD_HOURS_USUAL), &err) == 0);
    struct ad_expr_env env = {.field = value, .clock = clock, .hours = &hours};
    void *state = malloc(ad_expr_state_size(e) + 1), *bad = malloc(ad_expr_state_size(e) + 1);
    struct ad_load load = {.in = hostile};
    ad_expr_state_init(e, state);
    ad_expr_state_init(e, bad);
    ad_expr_state_load(e, bad, &load);
    in.ncall = 0;
    in.now = -INFINITY;
    in.unsure = false;
    for (in.record = 0; in.record < RECORDS && (records.len || !in.record); in.record++) {
        read_record(part(&records, '\n'), in.record);
        for (size_t i = 0; i < in.fields->n; i++)
            value[i] = i < FIELDS ? in.value[in.record][i] : (struct ad_str){NULL, 0};
        env.t = in.t[in.record];
        in.now = env.t > in.now ? env.t : in.now;
        ad_expr_eval(e, &env, bad);
        struct ad_value got = ad_expr_eval(e, &env, state), want = interpret(text);
        if (!in.unsure)
            check(got.kind == want.kind && (got.kind == AD_VALUE_MISSING || got.x == want.x));
        state = reload(e, state);
    }
    ad_expr_state_free(e, state);
    ad_expr_state_free(e, bad);
    free(state);
    free(bad);
    ad_expr_env_free(&env);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ad_clock *clock;
    struct ad_str records = {(const char *)data, size}, text = part(&records, '\0');
    struct ad_str lines = part(&records, '\0');
    struct ad_err err = {0};
    struct ad_names names = {0};
    size_t at = 0;
    if (!clock)
        clock = ad_clock_open("UTC", NULL, &err);
    struct ad_expr *e = ad_expr_compile(text, NULL, &names, &at, &err);
    check(!e == !!err.text && at <= text.len);
    if (!e) {
        ad_expr_explain(&err, "r.ini", 1, text, at);
        size_t n = strlen(err.text);
        check(n > 6 && err.text[n - 1] == '^' && strncmp(err.text, "r.ini:", 6) == 0);
    } else if (text.len <= TEXT) {
        in.fields = &names;
        run(e, text, lines, records, clock);
    }
    ad_expr_free(e);
    ad_names_free(&names);
    ad_err_free(&err);
    return 0;
}
