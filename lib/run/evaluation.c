#include "run/evaluation.h"

#include "base/number.h"
#include "run/table.h"

#include <stdio.h>
#include <stdlib.h>

/* A measure with its name for programs and, where people see it, for them. */
struct row {
    const char *name, *title;
    enum ad_measure measure;
    int decimals;
    const char *low, *high; /* names of the bounds of its interval, if it has one */
};

static const struct row rows[] = {
    {"records", "records", AD_EVAL_RECORDS, 0},
    {"unscored", "without a score", AD_EVAL_UNSCORED, 0},
    {"anomalous", "anomalous", AD_EVAL_ANOMALOUS, 0},
    {"windows", "anomalous windows", AD_EVAL_WINDOWS, 0},
    {"auroc", "area under ROC", AD_EVAL_AUROC, 4, "auroc_low", "auroc_high"},
    {"ap", "average precision", AD_EVAL_AP, 4, "ap_low", "ap_high"},
    {"vus_roc", "volume under ROC", AD_EVAL_VUS_ROC, 4},
    {"vus_pr", "volume under PR", AD_EVAL_VUS_PR, 4},
    {"precision", "precision", AD_EVAL_PRECISION, 4},
    {"recall", "recall", AD_EVAL_RECALL, 4},
    {"f1", "F1", AD_EVAL_F1, 4},
    {"f1_best", "F1, best", AD_EVAL_BEST_F1, 4},
    {"f1_best_at", "  at threshold", AD_EVAL_BEST_F1_AT, 6},
    {"false_alarms_per_day", "false alarms a day", AD_EVAL_FALSE_PER_DAY, 2},
    {"event_precision", "events: precision", AD_EVAL_EVENT_PRECISION, 4},
    {"event_recall", "events: recall", AD_EVAL_EVENT_RECALL, 4},
    {"event_f1", "events: F1", AD_EVAL_EVENT_F1, 4},
    {"delay", "events: delay", AD_EVAL_DELAY, 1},
    {"range_precision", "ranges: precision", AD_EVAL_RANGE_PRECISION, 4},
    {"range_recall", "ranges: recall", AD_EVAL_RANGE_RECALL, 4},
    {"range_f1", "ranges: F1", AD_EVAL_RANGE_F1, 4},
    {"nab_standard", "NAB standard", AD_EVAL_NAB + AD_NAB_STANDARD, 2},
    {"nab_low_fp", "NAB low FP", AD_EVAL_NAB + AD_NAB_LOW_FP, 2},
    {"nab_low_fn", "NAB low FN", AD_EVAL_NAB + AD_NAB_LOW_FN, 2},
    {"nab_standard_best", "NAB standard, best", AD_EVAL_NAB_BEST + AD_NAB_STANDARD, 2},
    {"nab_standard_best_at", "  at threshold", AD_EVAL_NAB_AT + AD_NAB_STANDARD, 6},
    {"nab_low_fp_best", "NAB low FP, best", AD_EVAL_NAB_BEST + AD_NAB_LOW_FP, 2},
    {"nab_low_fp_best_at", "  at threshold", AD_EVAL_NAB_AT + AD_NAB_LOW_FP, 6},
    {"nab_low_fn_best", "NAB low FN, best", AD_EVAL_NAB_BEST + AD_NAB_LOW_FN, 2},
    {"nab_low_fn_best_at", "  at threshold", AD_EVAL_NAB_AT + AD_NAB_LOW_FN, 6},
    {"point_adjusted_f1", "F1, point-adjusted", AD_EVAL_ADJUSTED_F1, 4},
};
enum { ROWS = sizeof rows / sizeof *rows };

static struct ad_interval interval_of(const struct ad_field_result *r, enum ad_measure m)
{
    static const struct ad_interval none = {(double)NAN, (double)NAN};
    return m == AD_EVAL_AUROC ? r->auroc : m == AD_EVAL_AP ? r->ap : none;
}

static bool is_shown(const struct ad_evaluation_cfg *cfg, const struct row *row)
{
    return row->measure != AD_EVAL_ADJUSTED_F1 || cfg->evaluate.point_adjust;
}

static void add_interval(struct ad_table *t, struct ad_interval in, int decimals)
{
    ad_table_number(t, in.low, decimals);
    ad_table_number(t, in.high, decimals);
}

/* The names of all that there is of a field. Returns how many. */
static size_t name_columns(const struct ad_evaluation_cfg *cfg, struct ad_column *column)
{
    static const char *const behind[] = {"auroc_behind", "auroc_behind_low", "auroc_behind_high",
                                         "ap_behind",    "ap_behind_low",    "ap_behind_high"};
    size_t n = 0;
    column[n++].name = "score";
    for (size_t i = 0; i < ROWS; i++) {
        if (!is_shown(cfg, &rows[i]))
            continue;
        column[n++].name = rows[i].name;
        if (rows[i].low) {
            column[n++].name = rows[i].low;
            column[n++].name = rows[i].high;
        }
    }
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++)
        column[n++].name = behind[i];
    return n;
}

/* Everything of every field, for programs: a row each. */
static struct ad_table *make_wide(const struct ad_evaluation_cfg *cfg, const struct ad_heard *heard,
                                  const struct ad_evaluation *e, const size_t *order)
{
    static struct ad_column columns[3 * ROWS];
    struct ad_table *t = ad_table_new(columns, name_columns(cfg, columns));
    const double *auroc = e->field[e->best_auroc].measure, *ap = e->field[e->best_ap].measure;
    for (size_t k = 0; t && k < e->fields; k++) {
        const struct ad_field_result *r = e->field + order[k];
        ad_table_text(t, heard->field->v[order[k]]);
        for (size_t i = 0; i < ROWS; i++) {
            if (!is_shown(cfg, &rows[i]))
                continue;
            ad_table_number(t, r->measure[rows[i].measure], rows[i].decimals);
            if (rows[i].low)
                add_interval(t, interval_of(r, rows[i].measure), rows[i].decimals);
        }
        ad_table_number(t, r->measure[AD_EVAL_AUROC] - auroc[AD_EVAL_AUROC], 4);
        add_interval(t, r->auroc_behind, 4);
        ad_table_number(t, r->measure[AD_EVAL_AP] - ap[AD_EVAL_AP], 4);
        add_interval(t, r->ap_behind, 4);
    }
    return t;
}

/* One field for people: a row for each measure. */
static struct ad_table *make_long(const struct ad_evaluation_cfg *cfg, const struct ad_heard *heard,
                                  const struct ad_evaluation *e)
{
    static const struct ad_column columns[] = {{"measure"}, {"value"}, {"95 % from"}, {"to"}};
    struct ad_table *t = ad_table_new(columns, sizeof columns / sizeof *columns);
    const struct ad_field_result *r = e->field;
    for (size_t i = 0; t && i < ROWS; i++) {
        if (!is_shown(cfg, &rows[i]))
            continue;
        bool delay = rows[i].measure == AD_EVAL_DELAY;
        ad_table_text(t, ad_str_of(!delay         ? rows[i].title
                                   : heard->timed ? "events: delay, seconds"
                                                  : "events: delay, records"));
        ad_table_number(t, r->measure[rows[i].measure], rows[i].decimals);
        add_interval(t, interval_of(r, rows[i].measure), rows[i].decimals);
    }
    return t;
}

/* Several fields for people, the best first. */
static struct ad_table *make_ranked(const struct ad_heard *heard, const struct ad_evaluation *e,
                                    const size_t *order)
{
    static const struct ad_column columns[] = {{"score"},
                                               {"AP", AD_BEST_MOST},
                                               {"95 % from"},
                                               {"to"},
                                               {"behind"},
                                               {"95 % from"},
                                               {"to"},
                                               {"AUROC", AD_BEST_MOST},
                                               {"VUS-PR", AD_BEST_MOST},
                                               {"F1", AD_BEST_MOST},
                                               {"best F1", AD_BEST_MOST},
                                               {"found", AD_BEST_MOST},
                                               {"false/day", AD_BEST_LEAST},
                                               {"NAB", AD_BEST_MOST}};
    struct ad_table *t = ad_table_new(columns, sizeof columns / sizeof *columns);
    for (size_t k = 0; t && k < e->fields; k++) {
        const struct ad_field_result *r = e->field + order[k];
        ad_table_text(t, heard->field->v[order[k]]);
        ad_table_number(t, r->measure[AD_EVAL_AP], 3);
        add_interval(t, r->ap, 3);
        ad_table_number(
            t, k ? r->measure[AD_EVAL_AP] - e->field[e->best_ap].measure[AD_EVAL_AP] : NAN, 3);
        add_interval(t, r->ap_behind, 3);
        ad_table_number(t, r->measure[AD_EVAL_AUROC], 3);
        ad_table_number(t, r->measure[AD_EVAL_VUS_PR], 3);
        ad_table_number(t, r->measure[AD_EVAL_F1], 3);
        ad_table_number(t, r->measure[AD_EVAL_BEST_F1], 3);
        ad_table_number(t, r->measure[AD_EVAL_EVENT_RECALL], 3);
        ad_table_number(t, r->measure[AD_EVAL_FALSE_PER_DAY], 2);
        ad_table_number(t, r->measure[AD_EVAL_NAB], 1);
    }
    return t;
}

/* What place i of the curve means, from precision to event_recall; c->n is none. */
static void add_place(struct ad_table *t, const struct ad_evaluation *e,
                      const struct ad_field_result *r, size_t i)
{
    const struct ad_curve *c = &r->curve;
    const double *m = r->measure;
    bool is = i < c->n;
    double tp = is ? c->tp[i] : 0, fp = is ? c->fp[i] : 0;
    double found = is ? c->found[i] : 0, runs = is ? c->runs[i] : 0;
    ad_table_number(t, tp / (tp + fp), 4);
    ad_table_number(t, tp / m[AD_EVAL_ANOMALOUS], 4);
    ad_table_number(t, ad_f1(tp, fp, m[AD_EVAL_ANOMALOUS] - tp), 4);
    ad_table_number(t, fp / e->days, 2);
    ad_table_number(t, found / (found + runs), 4);
    ad_table_number(t, found / m[AD_EVAL_WINDOWS], 4);
}

/* The curves, thinned: from one row to the next the alarms grow by a hundredth or more. */
static struct ad_table *make_sweep(const struct ad_evaluation_cfg *cfg,
                                   const struct ad_heard *heard, const struct ad_evaluation *e,
                                   const size_t *order)
{
    static const struct ad_column columns[] = {
        {"score"},           {"threshold"},   {"alpha"}, {"alarms"},
        {"precision"},       {"recall"},      {"f1"},    {"false_alarms_per_day"},
        {"event_precision"}, {"event_recall"}};
    struct ad_table *t = ad_table_new(columns, sizeof columns / sizeof *columns);
    for (size_t k = 0; t && k < e->fields; k++) {
        const struct ad_field_result *r = e->field + order[k];
        const struct ad_curve *c = &r->curve;
        double shown = 0;
        for (size_t i = 0; i < c->n; i++) {
            double alarms = c->tp[i] + c->fp[i];
            if (alarms < 1.01 * shown && i + 1 < c->n)
                continue;
            shown = alarms;
            ad_table_text(t, heard->field->v[order[k]]);
            ad_table_number(t, c->threshold[i], 6);
            double s = c->threshold[i];
            double alpha = s >= 0 && s < 1 ? exp(log(cfg->alpha) * s / (1 - s)) : (double)NAN;
            ad_table_number(t, alpha, -4);
            ad_table_number(t, alarms, 0);
            add_place(t, e, r, i);
        }
    }
    return t;
}

static struct ad_table *make_tuned(const struct ad_evaluation_cfg *cfg,
                                   const struct ad_heard *heard, const struct ad_evaluation *e,
                                   const size_t *order)
{
    static const struct ad_column columns[] = {{"score"},
                                               {"options"},
                                               {"threshold"},
                                               {"precision"},
                                               {"recall"},
                                               {"f1"},
                                               {"false_alarms_per_day"},
                                               {"event_precision"},
                                               {"event_recall"}};
    struct ad_table *t = ad_table_new(columns, sizeof columns / sizeof *columns);
    for (size_t k = 0; t && k < e->fields; k++) {
        const struct ad_field_result *r = e->field + order[k];
        size_t i = ad_tune_choose(&cfg->tune, &r->curve, r->measure[AD_EVAL_ANOMALOUS], e->days);
        double threshold = i < r->curve.n ? ad_tune_threshold(&r->curve, i) : (double)NAN;
        double alpha = ad_tune_alpha(threshold, cfg->alpha);
        char option[16 + AD_NUMBER_MAX] = "--alpha=";
        size_t len = strlen(option);
        ad_table_text(t, heard->field->v[order[k]]);
        if (alpha > 0)
            ad_table_text(t, (struct ad_str){option, len + ad_number_print(option + len, alpha)});
        else
            ad_table_empty(t);
        ad_table_number(t, threshold, 6);
        add_place(t, e, r, i);
    }
    return t;
}

/* The fields by average precision, the best first, those without one last. */
static size_t *rank_fields(const struct ad_evaluation *e)
{
    size_t *order = calloc(e->fields + 1, sizeof *order);
    for (size_t i = 0; order && i < e->fields; i++) {
        double ap = e->field[i].measure[AD_EVAL_AP];
        size_t at = i;
        for (; at > 0; at--) {
            double before = e->field[order[at - 1]].measure[AD_EVAL_AP];
            if (!(ap > before || (isnan(before) && !isnan(ap))))
                break;
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
    return order;
}

static void warn(const struct ad_heard *heard, const char *text)
{
    if (!heard->quiet)
        fprintf(stderr, "ad-eval: %s\n", text);
}

static int print(const struct ad_evaluation_cfg *cfg, const struct ad_heard *heard,
                 const struct ad_evaluation *e, struct ad_err *err)
{
    size_t *order = rank_fields(e);
    struct ad_table *t = NULL;
    if (order)
        t = cfg->tune.goal   ? make_tuned(cfg, heard, e, order)
            : cfg->sweep     ? make_sweep(cfg, heard, e, order)
            : !heard->table  ? make_wide(cfg, heard, e, order)
            : e->fields == 1 ? make_long(cfg, heard, e)
                             : make_ranked(heard, e, order);
    int rc = t ? ad_table_report(t, heard) : -1;
    ad_table_free(t);
    free(order);
    return rc ? ad_err_nomem(err) : 0;
}

/* The name of a series: the texts of its group fields with slashes between. */
static int mark_windows(const struct ad_evaluation_cfg *cfg, const struct ad_heard *heard,
                        struct ad_err *err)
{
    struct ad_clock *clock = ad_clock_open(NULL, NULL, err);
    int rc = clock ? 0 : -1;
    struct ad_buf name = {0};
    for (size_t i = 0; rc == 0 && i < heard->n; i++) {
        name.len = 0;
        ad_buf_addz(&name, cfg->key ? cfg->key : "");
        for (size_t g = 0; !cfg->key && g < heard->group->n; g++) {
            struct ad_str part = heard->key[i * heard->group->n + g];
            ad_buf_addz(&name, g ? "/" : "");
            ad_buf_add(&name, part.s, part.len);
        }
        if (name.failed)
            rc = ad_err_nomem(err);
        else
            rc = ad_windows_mark(cfg->from, (struct ad_str){name.s, name.len}, clock,
                                 heard->state[i], err);
    }
    ad_buf_free(&name);
    ad_clock_close(clock);
    return rc;
}

/* Whether there was anything to measure, of any field. */
static bool is_measured(const struct ad_evaluation *e)
{
    for (size_t f = 0; f < e->fields; f++)
        if (e->field[f].curve.n > 0)
            return true;
    return false;
}

int ad_evaluation_report(const struct ad_evaluation_cfg *cfg, const struct ad_heard *heard,
                         struct ad_err *err)
{
    struct ad_evaluation e = {0};
    if (heard->labelled && cfg->from)
        return ad_err_set(err, "--labels and --windows exclude each other");
    if (!heard->labelled && !cfg->from)
        return ad_err_set(err, "which records are anomalous? Give --labels or --windows");
    if (cfg->from && !heard->timed)
        return ad_err_set(err, "--windows needs a time field; name it with -t");
    if (cfg->tune.goal == AD_TUNE_BUDGET && !heard->timed)
        return ad_err_set(err, "--tune=%s needs a time field; name it with -t", cfg->goal);
    if (heard->n == 0)
        return 0;
    if (cfg->from && mark_windows(cfg, heard, err))
        return -1;
    int rc = ad_evaluate(&cfg->evaluate, (struct ad_scored *const *)heard->state, heard->n,
                         heard->seed, heard->pool, &e);
    if (rc)
        rc = ad_err_nomem(err);
    else if (!is_measured(&e))
        rc = ad_err_set(err, "no record has both a label and %s",
                        e.fields == 1 ? "a score" : "a score of every field");
    else
        rc = print(cfg, heard, &e, err);
    if (rc == 0 && e.one_kind)
        warn(heard, "all records are of one kind: there is nothing to rank");
    if (rc == 0 && cfg->evaluate.point_adjust)
        warn(heard, "point-adjusted F1 counts a window as found in full by a single alarm: even "
                    "random scores do well, so compare nothing by it");
    ad_evaluation_free(&e);
    return rc;
}
