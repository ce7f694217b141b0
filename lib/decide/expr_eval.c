#include "decide/expr_private.h"

#include "base/number.h"

#include <math.h>

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

/* Seconds from 1970 within which there is a calendar. */
#define AGES 1e12

static const struct ad_value missing = {AD_VALUE_MISSING, 0, {NULL, 0}};

static struct ad_value number(double x)
{
    return isfinite(x) ? (struct ad_value){AD_VALUE_NUMBER, x, {NULL, 0}} : missing;
}

static struct ad_value truth(bool x)
{
    return (struct ad_value){AD_VALUE_NUMBER, x, {NULL, 0}};
}

static void fault(struct ad_expr_env *env, const char *what, struct ad_str got, size_t at)
{
    enum { SHOWN = 64 };
    if (env->fault.what)
        return;
    env->got.len = 0; /* a copy: what a state keeps may be gone when this is read */
    ad_buf_add(&env->got, got.s, got.len < SHOWN ? got.len : SHOWN);
    env->fault = (struct ad_expr_fault){what, {env->got.s, env->got.len}, at};
}

static bool is_na(const struct ad_expr_env *env, struct ad_str v)
{
    return ad_str_is_missing(v) || (env->na && ad_names_find(env->na, v) >= 0);
}

/* A text that is no number in digits: NDJSON says true and false, where CSV says 1 and 0. */
static void word_to_number(struct ad_expr_env *env, struct ad_value *v, size_t at)
{
    bool yes = ad_str_eq(v->s, ad_str_of("true"));
    if (yes || ad_str_eq(v->s, ad_str_of("false"))) {
        *v = truth(yes);
        return;
    }
    if (!is_na(env, v->s))
        fault(env, "not a number", v->s, at);
    *v = missing;
}

/* Make v a number, or missing. Returns whether it is one. */
static inline bool to_number(struct ad_expr_env *env, struct ad_value *v, size_t at)
{
    if (v->kind == AD_VALUE_TEXT) {
        if (ad_number_parse(v->s, &v->x) == 0)
            v->kind = AD_VALUE_NUMBER;
        else
            word_to_number(env, v, at);
    }
    return v->kind == AD_VALUE_NUMBER;
}

static inline bool to_truth(struct ad_expr_env *env, struct ad_value *v, size_t at)
{
    return to_number(env, v, at) && (v->x < 0 || v->x > 0);
}

/* Whether v is a text; a number is a fault. */
static inline bool is_text(struct ad_expr_env *env, const struct ad_value *v, size_t at)
{
    if (v->kind == AD_VALUE_NUMBER)
        fault(env, "a number where a text is wanted", (struct ad_str){"", 0}, at);
    return v->kind == AD_VALUE_TEXT;
}

static struct ad_value calculate(struct ad_expr_env *env, const struct ad_insn *insn,
                                 struct ad_value *a, struct ad_value *b)
{
    bool both = to_number(env, a, insn->at), other = to_number(env, b, insn->at);
    if (!both || !other)
        return missing;
    double x = a->x, y = b->x;
    switch (insn->op) {
    case AD_OP_ADD:
        return number(x + y);
    case AD_OP_SUB:
        return number(x - y);
    case AD_OP_MUL:
        return number(x * y);
    case AD_OP_DIV:
        return number(x / y);
    case AD_OP_MOD:
        return number(fmod(x, y));
    case AD_OP_MIN:
        return number(x < y ? x : y);
    default:
        return number(x > y ? x : y);
    }
}

static bool in_relation(unsigned how, bool less, bool more)
{
    switch (how) {
    case AD_EQ:
        return !less && !more;
    case AD_NE:
        return less || more;
    case AD_LT:
        return less;
    case AD_LE:
        return !more;
    case AD_GT:
        return more;
    default:
        return !less;
    }
}

static bool compare_texts(unsigned how, struct ad_str a, struct ad_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.s, b.s, n) : 0;
    if (order == 0)
        order = (a.len > b.len) - (a.len < b.len);
    return in_relation(how, order<0, order> 0);
}

/* Values of which nothing is known beforehand: as numbers if both are, else as texts; there is no
 * order between a number and another text. */
static bool compare(struct ad_expr_env *env, const struct ad_insn *insn, struct ad_value *a,
                    struct ad_value *b)
{
    double x, y;
    if (a->kind == AD_VALUE_MISSING || b->kind == AD_VALUE_MISSING)
        return false;
    if (a->kind == AD_VALUE_TEXT && b->kind == AD_VALUE_TEXT) {
        bool first = ad_number_parse(a->s, &x) == 0, second = ad_number_parse(b->s, &y) == 0;
        if (first && second)
            return in_relation(insn->how, x<y, x> y);
        if (first == second || insn->how <= AD_NE)
            return compare_texts(insn->how, a->s, b->s);
    }
    return to_number(env, a, insn->at) && to_number(env, b, insn->at) &&
           in_relation(insn->how, a->x<b->x, a->x> b->x);
}

static bool matches(const struct ad_expr *e, struct ad_expr_env *env, const struct ad_insn *insn,
                    const struct ad_value *v)
{
    if (!is_text(env, v, insn->at))
        return false;
    env->scratch.len = 0;
    if (ad_buf_add(&env->scratch, v->s.s, v->s.len) || ad_buf_add(&env->scratch, "", 1)) {
        env->nomem = true;
        return false;
    }
    return (regexec(&e->regex[insn->i], env->scratch.s, 0, NULL, 0) == 0) == (insn->how != 0);
}

static bool contains(struct ad_str v, struct ad_str part)
{
    if (part.len == 0)
        return true;
    const char *end = v.s + v.len;
    for (const char *p = v.s; (size_t)(end - p) >= part.len; p++) {
        p = memchr(p, part.s[0], (size_t)(end - p) - part.len + 1);
        if (!p)
            return false;
        if (memcmp(p, part.s, part.len) == 0)
            return true;
    }
    return false;
}

static bool starts_with(struct ad_str v, struct ad_str part)
{
    return v.len >= part.len && (part.len == 0 || memcmp(v.s, part.s, part.len) == 0);
}

/* Seconds since 1970 of a bare number, whose unit is told by its size as ad_clock_parse() does. */
static double epoch(double x)
{
    double size = fabs(x);
    return size < 1e11 ? x : size < 1e14 ? x / 1e3 : size < 1e17 ? x / 1e6 : x / 1e9;
}

/* Whole seconds of the wall clock: of a moment before midnight nothing may round up to the next
 * day.
 */
static struct ad_value wall(struct ad_expr_env *env, struct ad_value *v, size_t at)
{
    double t = v->x;
    if (v->kind == AD_VALUE_MISSING)
        return missing;
    if (v->kind == AD_VALUE_NUMBER) {
        t = epoch(t);
    } else if (ad_clock_parse(env->clock, v->s, &t)) {
        if (!is_na(env, v->s))
            fault(env, "not a time", v->s, at);
        return missing;
    }
    return fabs(t) < AGES ? number(ad_clock_wall(env->clock, floor(t))) : missing;
}

static struct ad_value calendar(struct ad_expr_env *env, unsigned op, const struct ad_value *v)
{
    if (v->kind == AD_VALUE_MISSING)
        return missing;
    double day = floor(v->x / DAY), second = v->x - day * DAY;
    double weekday = day + 3 - 7 * floor((day + 3) / 7); /* 1970-01-01 was a Thursday */
    bool holiday = env->holidays && ad_calendar_has(env->holidays, (int64_t)day);
    switch (op) {
    case AD_OP_HOUR:
        return number(floor(second / HOUR));
    case AD_OP_MINUTE:
        return number(floor((second - floor(second / HOUR) * HOUR) / MINUTE));
    case AD_OP_WEEKDAY:
        return number(weekday + 1);
    case AD_OP_IS_WEEKEND:
        return truth(weekday >= 5);
    case AD_OP_IS_HOLIDAY:
        return truth(holiday);
    default:
        return truth(!holiday && env->hours &&
                     ad_hours_has(env->hours, (unsigned)(weekday * 1440 + second / MINUTE)));
    }
}

/* The argument of a call as it is to be remembered: LAST and REPEAT take texts, others numbers. */
static void to_argument(struct ad_expr_env *env, const struct ad_call *call, struct ad_value *v,
                        size_t at)
{
    if (call->kind != AD_CALL_LAST && call->kind != AD_CALL_REPEAT)
        to_number(env, v, at);
    else if (v->kind == AD_VALUE_TEXT && is_na(env, v->s))
        *v = missing;
}

/* What a record comes with: where its group's state is, and when it is. */
struct moment {
    struct ad_expr_state *state;
    double t; /* late records are as new as the newest */
};

static struct ad_value learn(const struct ad_expr *e, struct ad_expr_env *env, struct moment now,
                             const struct ad_insn *insn, struct ad_value *v)
{
    const struct ad_call *call = &e->call[insn->i];
    to_argument(env, call, v, insn->at);
    if (call->kind == AD_CALL_LAST)
        return *v; /* until the end of the program, which still wants what was there before */
    return ad_memory_learn(call, &now.state->of[insn->i], v, now.t, &env->nomem);
}

static struct ad_value binary(struct ad_expr_env *env, const struct ad_insn *insn,
                              struct ad_value *a, struct ad_value *b)
{
    switch (insn->op) {
    case AD_OP_COMPARE_NUMBERS: {
        bool first = to_number(env, a, insn->at), second = to_number(env, b, insn->at);
        return truth(first && second && in_relation(insn->how, a->x<b->x, a->x> b->x));
    }
    case AD_OP_COMPARE_TEXTS: {
        bool first = is_text(env, a, insn->at), second = is_text(env, b, insn->at);
        return truth(first && second && compare_texts(insn->how, a->s, b->s));
    }
    case AD_OP_COMPARE:
        return truth(compare(env, insn, a, b));
    case AD_OP_CONTAINS:
    case AD_OP_STARTS_WITH: {
        bool first = is_text(env, a, insn->at), second = is_text(env, b, insn->at);
        return truth(first && second &&
                     (insn->op == AD_OP_CONTAINS ? contains(a->s, b->s) : starts_with(a->s, b->s)));
    }
    default:
        return calculate(env, insn, a, b);
    }
}

static struct ad_value unary(const struct ad_expr *e, struct ad_expr_env *env,
                             const struct ad_insn *insn, struct ad_value *v)
{
    switch (insn->op) {
    case AD_OP_NEG:
        return to_number(env, v, insn->at) ? number(-v->x) : missing;
    case AD_OP_ABS:
        return to_number(env, v, insn->at) ? number(fabs(v->x)) : missing;
    case AD_OP_MATCH:
        return truth(matches(e, env, insn, v));
    case AD_OP_TRUTH:
        return truth(to_truth(env, v, insn->at));
    case AD_OP_NOT:
        return truth(!to_truth(env, v, insn->at));
    case AD_OP_NONE:
        return truth(false);
    case AD_OP_TIME:
        return wall(env, v, insn->at);
    default:
        return calendar(env, insn->op, v);
    }
}

static struct ad_value field(struct ad_str v)
{
    return (struct ad_value){v.len ? AD_VALUE_TEXT : AD_VALUE_MISSING, 0, v};
}

static inline struct ad_value pushed(const struct ad_expr *e, const struct ad_expr_env *env,
                                     struct moment now, const struct ad_insn *insn,
                                     const struct ad_value *stack, const struct ad_value *sp)
{
    switch (insn->op) {
    case AD_OP_NUMBER:
        return (struct ad_value){AD_VALUE_NUMBER, insn->x, {NULL, 0}};
    case AD_OP_TEXT:
        return (struct ad_value){AD_VALUE_TEXT, 0, e->string[insn->i]};
    case AD_OP_FIELD:
        return field(env->field[insn->i]);
    case AD_OP_KNOWN:
        return env->known[insn->i];
    case AD_OP_CELL:
        return stack[insn->i];
    case AD_OP_LAST:
        return ad_memory_last(&now.state->of[insn->i]);
    case AD_OP_RECORD_TIME:
        return number(env->t);
    default:
        return sp[-1];
    }
}

/* Run the program. Only forward jumps, so that it takes as many steps as it has instructions. */
static struct ad_value run(const struct ad_expr *e, struct ad_expr_env *env, struct moment now)
{
    struct ad_value stack[AD_EXPR_STACK], *sp = stack + e->ncall; /* sp: behind the top */
    const struct ad_insn *insn = e->code, *end = insn + e->ncode;
    for (; insn < end; insn++) {
        if (insn->op <= AD_OP_PUSHES) {
            *sp = pushed(e, env, now, insn, stack, sp);
            sp++;
        } else if (insn->op <= AD_OP_BINARIES) {
            sp--;
            sp[-1] = binary(env, insn, sp - 1, sp);
        } else if (insn->op <= AD_OP_UNARIES) {
            sp[-1] = unary(e, env, insn, sp - 1);
        } else if (insn->op == AD_OP_IN) {
            if (to_truth(env, --sp, insn->at)) {
                sp[-1] = truth(true);
                insn += insn->i;
            }
        } else if (insn->op == AD_OP_LEARN) {
            sp--;
            stack[insn->i] = learn(e, env, now, insn, sp);
        } else if (insn->op == AD_OP_KEEP) {
            if (ad_memory_keep(&now.state->of[insn->i], &stack[insn->i], now.t))
                env->nomem = true;
        } else if (to_truth(env, sp - 1, insn->at) == (insn->op == AD_OP_OR)) {
            sp[-1] = truth(insn->op == AD_OP_OR);
            insn += insn->i;
        } else {
            sp--;
        }
    }
    return sp[-1];
}

struct ad_value ad_expr_eval(const struct ad_expr *e, struct ad_expr_env *env, void *state)
{
    struct moment now = {state, env->t};
    if (!isfinite(now.t))
        now.t = (double)NAN;
    if (e->ncall && !isnan(now.t)) {
        if (now.t < now.state->newest)
            now.t = now.state->newest;
        now.state->newest = now.t;
    }
    return run(e, env, now);
}

bool ad_expr_test(const struct ad_expr *e, struct ad_expr_env *env, void *state)
{
    struct ad_value v = ad_expr_eval(e, env, state);
    return to_truth(env, &v, 0);
}

void ad_expr_env_free(struct ad_expr_env *env)
{
    ad_buf_free(&env->scratch);
    ad_buf_free(&env->got);
}
