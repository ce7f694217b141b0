#include "decide/rules_private.h"

#include "base/number.h"
#include "decide/function.h"
#include "record/select.h"

#include <stdlib.h>

static const char *const severities[] = {"low", "medium", "high", "critical", NULL};

const struct ad_expr_known ad_rules_known[AD_KNOWN + 1] = {
    {"score", NULL}, {"flag", NULL}, {"severity", severities}, {NULL, NULL}};

/* What the rules so far have made of a record. */
struct judged {
    double score; /* by the alarm line as it was given */
    double line;  /* by which that line is to be multiplied */
    bool flag, suppressed, set;
    enum ad_severity severity, least;
    unsigned up;
};

/* S/(S + m S0) from S/(S + S0), as it is printed. */
static double adjusted(const struct judged *j)
{
    bool same = !(j->line < 1) && !(j->line > 1);
    if (same || isnan(j->score))
        return j->score;
    return ad_score_millionths(j->score / (j->score + j->line * (1 - j->score))) / 1e6;
}

/* The ruling on all but the names; where a rule's severity makes an anomaly of what was none, the
 * score is that where the severity begins, so that score, flag and severity agree. */
static void rule_on(const struct ad_rules *r, const struct judged *j, struct ad_ruling *out)
{
    double score = adjusted(j);
    bool same = !(j->line < 1) && !(j->line > 1);
    bool flag = same ? j->flag : score >= 0.5;
    if (isnan(score))
        flag = false;
    int severity = (int)(j->set ? j->severity : ad_severity_of(&r->scale, score));
    if (!flag && j->set && j->severity >= AD_MEDIUM) {
        flag = true;
        score = fmax(fmax(score, 0.5), r->scale.from[j->severity]);
    }
    if (flag) {
        severity += (int)(j->up < AD_CRITICAL ? j->up : AD_CRITICAL);
        severity = severity < (int)j->least ? (int)j->least : severity;
        severity = severity > AD_CRITICAL ? AD_CRITICAL : severity;
    }
    out->score = score;
    out->flag = flag && !j->suppressed;
    out->severity = (enum ad_severity)severity;
}

static struct ad_value number(double x)
{
    return (struct ad_value){isnan(x) ? AD_VALUE_MISSING : AD_VALUE_NUMBER, x, {NULL, 0}};
}

/* The ruling so far, as the next condition may ask for it. */
static void make_known(const struct ad_ruling *so_far, struct ad_value *known)
{
    struct ad_str word = ad_str_of(ad_severity_name(so_far->severity));
    known[AD_KNOWN_SCORE] = number(so_far->score);
    known[AD_KNOWN_FLAG] = number(isnan(so_far->score) ? so_far->score : so_far->flag);
    known[AD_KNOWN_SEVERITY] =
        (struct ad_value){word.len ? AD_VALUE_TEXT : AD_VALUE_MISSING, 0, word};
}

static void act(const struct ad_actions *a, struct judged *j)
{
    j->line = fmin(fmax(j->line * a->factor, 1 / AD_RULES_FACTOR), AD_RULES_FACTOR);
    j->suppressed |= a->suppress;
    if (a->set) {
        j->set = true;
        j->severity = a->severity;
        j->up = 0;
        j->least = AD_SEVERITY_NONE;
    }
    j->up += a->up;
    if (j->least < a->least)
        j->least = a->least;
}

/* How much more the record matters than others: the first pattern of each field that matches. */
static double criticality(const struct ad_rules *r, const struct ad_str *field)
{
    double factor = 1;
    for (size_t i = 0; i < r->ncritical; i++) {
        const struct ad_criticality *c = &r->critical[i];
        struct ad_str v = field[c->slot];
        if (!v.s || !ad_str_glob(v, c->pattern))
            continue;
        factor = fmin(fmax(factor * c->factor, 1 / AD_RULES_FACTOR), AD_RULES_FACTOR);
        while (i + 1 < r->ncritical && r->critical[i + 1].slot == c->slot)
            i++;
    }
    return factor;
}

/* Append v with a comma before it, unless it is there already. */
static void append(struct ad_buf *list, struct ad_str v)
{
    for (size_t at = 0; at < list->len;) {
        const char *end = memchr(list->s + at, ',', list->len - at);
        size_t len = end ? (size_t)(end - list->s) - at : list->len - at;
        if (ad_str_eq((struct ad_str){list->s + at, len}, v))
            return;
        at += len + 1;
    }
    if (list->len)
        ad_buf_addz(list, ",");
    ad_buf_add(list, v.s, v.len);
}

/* Keep what a rule met for ad_rules_fault(), the first time it meets anything. */
static void note_fault(struct ad_rules *r, struct ad_rule *rule)
{
    struct ad_expr_fault fault = r->env.fault;
    r->env.fault = (struct ad_expr_fault){0};
    if (rule->faulty)
        return;
    struct ad_buf got = {0};
    ad_buf_add_visible(&got, fault.got);
    if (ad_buf_add(&got, "", 1))
        ad_err_nomem(&rule->fault);
    else
        ad_err_set(&rule->fault, "rule \"%s\": %s%s%s%s", rule->name.s, fault.what,
                   got.len > 1 ? ": \"" : "", got.s, got.len > 1 ? "\"" : "");
    ad_buf_free(&got);
    ad_expr_explain(&rule->fault, r->name, rule->when_line, rule->when, fault.at);
    rule->faulty = true;
    r->faults++;
}

bool ad_rules_fault(struct ad_rules *r, struct ad_err *err)
{
    for (size_t i = 0; r->faults && i < r->n; i++) {
        struct ad_rule *rule = &r->rule[i];
        if (!rule->fault.text)
            continue;
        ad_err_set(err, "%s", rule->fault.text);
        ad_err_free(&rule->fault);
        r->faults--;
        return true;
    }
    return false;
}

int ad_rules_apply(struct ad_rules *r, const struct ad_rule_input *in, void *state,
                   struct ad_ruling *out)
{
    struct judged j = {.score = in->score, .flag = in->flag, .line = 1 / criticality(r, in->field)};
    struct ad_value known[AD_KNOWN];
    struct ad_expr_env *env = &r->env;
    char *at = state;
    env->field = in->field;
    env->t = in->t;
    env->clock = in->clock;
    env->na = in->na;
    env->known = known;
    r->rules.len = r->tags.len = 0;
    rule_on(r, &j, out);
    make_known(out, known);
    for (size_t i = 0; i < r->n; i++) {
        struct ad_rule *rule = &r->rule[i];
        bool holds = ad_expr_test(rule->expr, env, at);
        at += ad_expr_state_size(rule->expr);
        if (env->fault.what)
            note_fault(r, rule);
        if (!holds)
            continue;
        append(&r->rules, rule->name);
        for (size_t k = 0; k < rule->tags.n; k++)
            append(&r->tags, rule->tags.v[k]);
        act(&rule->act, &j);
        rule_on(r, &j, out);
        make_known(out, known);
    }
    env->known = NULL;
    out->rule = (struct ad_str){r->rules.s, r->rules.len};
    out->tags = (struct ad_str){r->tags.s, r->tags.len};
    return env->nomem || r->rules.failed || r->tags.failed ? -1 : 0;
}

void ad_rules_free(struct ad_rules *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->n; i++) {
        struct ad_rule *rule = &r->rule[i];
        free((char *)rule->name.s);
        free((char *)rule->when.s);
        ad_expr_free(rule->expr);
        ad_names_free(&rule->tags);
        ad_err_free(&rule->fault);
    }
    for (size_t i = 0; i < r->ncritical; i++)
        free((char *)r->critical[i].pattern.s);
    free(r->rule);
    free(r->critical);
    free(r->name);
    ad_names_free(&r->fields);
    ad_calendar_free(&r->holidays);
    ad_expr_env_free(&r->env);
    ad_buf_free(&r->rules);
    ad_buf_free(&r->tags);
    free(r);
}

size_t ad_rules_count(const struct ad_rules *r)
{
    return r->n;
}

const struct ad_names *ad_rules_names(const struct ad_rules *r)
{
    return &r->fields;
}

unsigned ad_rules_needs(const struct ad_rules *r)
{
    unsigned needs = 0;
    for (size_t i = 0; i < r->n; i++)
        needs |= ad_expr_needs(r->rule[i].expr);
    return needs;
}

int ad_rules_unknown(const struct ad_rules *r, size_t field, const struct ad_names *columns,
                     struct ad_err *err)
{
    const struct ad_function *f = ad_function_find(r->fields.v[field], err);
    if (f)
        ad_err_set(err, "there is no field \"%s\"; the function is written %s", f->name, f->usage);
    else
        ad_select_unknown(columns, r->fields.v[field], err);
    for (size_t i = 0; i < r->n; i++) {
        ptrdiff_t at = ad_expr_where(r->rule[i].expr, field);
        if (at >= 0)
            return ad_expr_explain(err, r->name, r->rule[i].when_line, r->rule[i].when, (size_t)at);
    }
    for (size_t i = 0; i < r->ncritical; i++)
        if (r->critical[i].slot == field && r->critical[i].line)
            return ad_err_set(err, "%s:%lu: %s", r->name, r->critical[i].line, err->text);
    return ad_err_set(err, "criticality: %s", err->text);
}
