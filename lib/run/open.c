/* From options and the first records to a run that is ready for its loop. */
#include "run/run.h"

#include "base/pool.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

/* --na=LIST and the like: words between commas. */
static int split_words(const char *list, struct ad_names *out, struct ad_err *err)
{
    size_t n = 0, most = 2;
    for (const char *s = list; *s; s++)
        most += *s == ',';
    struct ad_str *v = calloc(most, sizeof *v);
    if (!v)
        return ad_err_nomem(err);
    for (const char *s = list; *s;) {
        size_t len = strcspn(s, ",");
        v[n++] = (struct ad_str){s, len};
        s += len + (s[len] == ',');
    }
    int rc = ad_names_set(out, v, n) ? ad_err_nomem(err) : 0;
    free(v);
    return rc;
}

static struct ad_format asked_format(const struct ad_run *r, int which)
{
    struct ad_format f = {.header = !r->set.no_header, .delim = r->set.delim};
    if (which == AD_TEXT_NDJSON)
        f.kind = AD_FORMAT_NDJSON;
    else if (which != AD_TEXT_AUTO || r->set.delim)
        f.kind = AD_FORMAT_CSV;
    if (which == AD_TEXT_TSV && !f.delim)
        f.delim = '\t';
    return f;
}

static void choose_output(struct ad_run *r)
{
    r->out = r->in;
    if (r->set.out == AD_TEXT_AUTO)
        return;
    r->out.kind = r->set.out == AD_TEXT_NDJSON ? AD_FORMAT_NDJSON : AD_FORMAT_CSV;
    r->out.delim = r->set.out == AD_TEXT_TSV ? '\t' : r->set.out == AD_TEXT_CSV ? ',' : '\0';
}

static int open_reader(struct ad_run *r)
{
    struct ad_reader_cfg cfg = {.format = asked_format(r, r->set.in),
                                .max_record = r->set.max_record,
                                .block = r->block,
                                .columns = r->columns.v,
                                .ncolumn = r->columns.n};
    if (r->have_loaded && r->set.state && !cfg.format.delim)
        cfg.format.delim = r->in.delim;
    if (r->have_loaded && r->set.state && r->in.kind == AD_FORMAT_CSV)
        cfg.format.header &= r->in.header;
    if (r->log) {
        cfg.format = (struct ad_format){.kind = AD_FORMAT_CSV, .delim = ','};
        cfg.log = r->log;
    }
    if (r->set.resume) {
        cfg.enter = ad_run_enter_file;
        cfg.leave = ad_run_leave_file;
        cfg.arg = r;
    }
    r->reader = ad_reader_open(r->source, &cfg, &r->err);
    return r->reader ? ad_reader_start(r->reader, &r->err) : -1;
}

int ad_run_open_input(struct ad_run *r, const char *const *names, size_t n)
{
    enum { BATCH_BLOCK = 4096 };
    if (r->set.na && split_words(r->set.na, &r->na, &r->err))
        return -1;
    r->source = ad_source_open(names, n, &ad_run_stop, &r->err);
    if (!r->source)
        return -1;
    r->batch = r->detector->flags & (AD_BATCH | AD_LISTENS);
    r->block = r->batch ? BATCH_BLOCK : AD_READER_BLOCK;
    bool twice = r->batch && !r->set.model && ad_run_writes(r);
    if (twice && ad_source_keep(r->source, r->set.max_memory, &r->err))
        return -1;
    if (r->cmd->log && r->cmd->log(r->cmd->cfg, &r->set, &r->log, &r->err))
        return -1;
    enum ad_format_kind began = r->in.kind;
    int rc = open_reader(r);
    if (rc <= 0)
        return rc;
    r->in = ad_reader_format(r->reader);
    if (r->have_loaded && r->set.state && r->in.kind != began)
        return ad_err_set(&r->err, "%s: the stream it is of is %s, but %s is not", r->set.state,
                          began == AD_FORMAT_CSV ? "CSV" : "NDJSON", ad_source_name(r->source));
    return rc;
}

int ad_run_again(struct ad_run *r)
{
    ad_source_rewind(r->source);
    ad_reader_close(r->reader);
    int rc = open_reader(r);
    if (rc == 0) /* there was a beginning before */
        rc = ad_err_set(&r->err, "%s is not the file any more that it was",
                        ad_source_name(r->source));
    return rc < 0 ? rc : ad_reader_want(r->reader, r->wanted.v, r->wanted.n, &r->err);
}

/* The names of the appended fields. */
static int name_appended(struct ad_run *r)
{
    static const char *const of_values[] = {"score", "flag",  "state", "field", "expected",
                                            "lower", "upper", "line",  "reason"};
    static const char *const of_scores[] = {"score",      "flag", "state", "field",
                                            "confidence", "line", "reason"};
    const struct ad_handler *handler = r->cmd->handler;
    if (handler) {
        struct ad_str own[AD_HANDLER_MOST];
        size_t count = 0;
        for (; handler->append && handler->append[count]; count++)
            own[count] = ad_str_of(handler->append[count]);
        return ad_names_set(&r->appended, own, count) ? ad_err_nomem(&r->err) : 0;
    }
    bool scores = r->detector->flags & AD_SCORES;
    const char *const *parts = scores ? of_scores : of_values;
    size_t all =
        scores ? sizeof of_scores / sizeof *of_scores : sizeof of_values / sizeof *of_values;
    const char *name = r->set.name ? r->set.name : r->detector->name;
    size_t groups = r->set.each ? r->sel.field.n : 1;
    size_t per_group = r->set.explain ? all : 2, n = ad_run_writes(r) ? groups * per_group : 0;
    struct ad_str *v = calloc(n + 1, sizeof *v);
    size_t *end = calloc(n + 1, sizeof *end);
    struct ad_buf text = {0};
    for (size_t i = 0; v && end && i < n; i++) {
        if (r->set.each) {
            ad_buf_add(&text, r->sel.field.v[i / 2].s, r->sel.field.v[i / 2].len);
            ad_buf_addz(&text, "_");
        }
        ad_buf_addz(&text, name);
        ad_buf_addz(&text, "_");
        ad_buf_addz(&text, parts[i % per_group]);
        end[i] = text.len;
    }
    int rc = !v || !end || text.failed ? -1 : 0;
    for (size_t i = 0; rc == 0 && i < n; i++)
        v[i] = (struct ad_str){text.s + (i ? end[i - 1] : 0), end[i] - (i ? end[i - 1] : 0)};
    if (rc == 0)
        rc = ad_names_set(&r->appended, v, n);
    free(v);
    free(end);
    ad_buf_free(&text);
    return rc ? ad_err_nomem(&r->err) : 0;
}

static int check_collisions(struct ad_run *r)
{
    const struct ad_names *columns = ad_reader_columns(r->reader);
    for (size_t i = 0; i < r->appended.n; i++)
        if (ad_names_find(columns, r->appended.v[i]) >= 0)
            return ad_err_set(&r->err, "the input already has a field %.*s; choose another --name",
                              (int)r->appended.v[i].len, r->appended.v[i].s);
    return 0;
}

/* Slot of a name among those wanted so far, added if it is new. */
static size_t want(struct ad_names *w, struct ad_str name)
{
    ptrdiff_t i = ad_names_find(w, name);
    if (i >= 0)
        return (size_t)i;
    w->v[w->n] = name;
    return w->n++;
}

/* Tell the reader which fields are needed: all columns first when the format changes. */
static int want_fields(struct ad_run *r)
{
    const struct ad_names *columns = ad_reader_columns(r->reader);
    const bool csv = r->in.kind == AD_FORMAT_CSV;
    bool convert = r->in.kind != r->out.kind || (csv && r->in.delim != r->out.delim);
    if (r->cmd->handler && r->cmd->handler->json && csv)
        convert = true;
    size_t nmore = r->more ? r->more->n : 0;
    size_t most = columns->n + r->sel.field.n + r->sel.group.n + 4 + nmore + r->appended.n;
    struct ad_names w = {calloc(most, sizeof *w.v), 0};
    r->value_slot = calloc(r->sel.field.n + 1, sizeof *r->value_slot);
    r->group_slot = calloc(r->sel.group.n + 1, sizeof *r->group_slot);
    r->more_slot = calloc(nmore + 1, sizeof *r->more_slot);
    r->more_text = calloc(nmore + 1, sizeof *r->more_text);
    r->group_text = calloc(r->sel.group.n + 1, sizeof *r->group_text);
    if (!w.v || !r->group_text || !r->value_slot || !r->group_slot || !r->more_slot ||
        !r->more_text) {
        free(w.v);
        return ad_err_nomem(&r->err);
    }
    for (size_t i = 0; convert && i < columns->n; i++)
        w.v[w.n++] = columns->v[i];
    for (size_t i = 0; i < r->sel.field.n; i++)
        r->value_slot[i] = want(&w, r->sel.field.v[i]);
    for (size_t i = 0; i < r->sel.group.n; i++)
        r->group_slot[i] = want(&w, r->sel.group.v[i]);
    r->time_slot = r->sel.time.n ? want(&w, r->sel.time.v[0]) : SIZE_MAX;
    r->label_slot =
        r->set.labels && !r->labels.path ? want(&w, ad_str_of(r->set.labels)) : SIZE_MAX;
    r->flag_slot = r->flag.n ? want(&w, r->flag.v[0]) : SIZE_MAX;
    for (size_t i = 0; i < nmore; i++)
        r->more_slot[i] =
            csv && ad_names_find(columns, r->more->v[i]) < 0 ? SIZE_MAX : want(&w, r->more->v[i]);
    r->reason_slot = r->reason_name.n ? want(&w, r->reason_name.v[0]) : SIZE_MAX;
    r->appended_slot = w.n;
    for (size_t i = 0; r->in.kind == AD_FORMAT_NDJSON && i < r->appended.n; i++)
        w.v[w.n++] = r->appended.v[i];
    int rc = ad_names_set(&r->wanted, w.v, w.n);
    free(w.v);
    return rc ? ad_err_nomem(&r->err)
              : ad_reader_want(r->reader, r->wanted.v, r->wanted.n, &r->err);
}

static void drop_track(void *judge, struct ad_track *track)
{
    ad_judge_drop(judge, track);
}

static int open_lane(struct ad_run *r)
{
    r->lane = calloc(AD_LANE, sizeof *r->lane);
    r->lane_x = calloc(AD_LANE, sizeof *r->lane_x);
    r->lane_surprise = calloc(AD_LANE, sizeof *r->lane_surprise);
    if (!r->lane || !r->lane_x || !r->lane_surprise)
        return ad_err_nomem(&r->err);
    for (size_t i = 0; i < AD_LANE; i++)
        r->lane[i] = (struct ad_sample){.x = &r->lane_x[i], .n = 1};
    return 0;
}

/* Which value fields hold words. */
static int prepare_words(struct ad_run *r)
{
    size_t n = r->sel.field.n;
    if (!r->sel.category.n)
        return 0;
    bool *is = calloc(n, sizeof *is);
    if (!is)
        return ad_err_nomem(&r->err);
    for (size_t i = 0; i < n; i++)
        is[i] = ad_names_find(&r->sel.category, r->sel.field.v[i]) >= 0;
    return ad_categories_init(&r->words, is, n, &r->err);
}

static int prepare_judging(struct ad_run *r)
{
    size_t n = r->sel.field.n;
    r->multi = r->detector->flags & AD_MULTI;
    r->features = r->cmd->features && r->cmd->features(r->cmd->cfg, n) && !r->words.n;
    if (r->features && n > 1)
        return ad_err_set(&r->err, "features are those of a single field; name one with -f");
    r->learns = r->set.fit || !r->set.model;
    r->ntrack = r->multi || n == 0 ? 1 : n;
    if (r->batch && !(r->pool = ad_pool_new((size_t)r->set.jobs)))
        return ad_err_nomem(&r->err);
    double s0 = -log(r->set.alpha);
    struct ad_judge_cfg cfg = {.detector = r->detector,
                               .cfg = r->cmd->cfg,
                               .multi = r->multi,
                               .setup = {.nfield = r->features ? AD_FEATURES
                                                   : r->multi  ? n
                                                               : 1,
                                         .category = r->words.is,
                                         .s0 = s0,
                                         .gap = r->set.gap,
                                         .fitting = r->set.fit,
                                         .labelled = r->labels.path  ? AD_LABELLED_LATE
                                                     : r->set.labels ? AD_LABELLED
                                                                     : AD_UNLABELLED,
                                         .seed = r->set.seed,
                                         .pool = r->pool},
                               .nvalue = n,
                               .direction = (enum ad_direction)r->set.direction,
                               .min_delta = r->set.min_delta,
                               .min_pct = r->set.min_pct,
                               .shift_after = (unsigned)r->set.shift_after,
                               .learn = !r->set.no_learn && r->learns};
    ad_budget_init(&r->budget, r->set.budget_per_day, s0);
    if (ad_judge_init(&r->judge, &cfg, s0, &r->err) ||
        ad_keytab_init(&r->keys, r->set.max_keys, (uint32_t)r->ntrack, &r->err))
        return -1;
    r->keys.drop = drop_track;
    r->keys.arg = &r->judge;
    r->x = calloc(n + 1, sizeof *r->x);
    r->part = calloc(AD_FEATURES, sizeof *r->part);
    r->result = calloc(r->ntrack, sizeof *r->result);
    r->cell = calloc(r->appended.n, sizeof *r->cell);
    if (!r->x || !r->part || !r->result || !r->cell)
        return ad_err_nomem(&r->err);
    return ad_run_has_lane(r) && !r->set.unbuffered ? open_lane(r) : 0;
}

/* Where labels come from, and whether other fields that were asked for are there. */
static int choose_others(struct ad_run *r)
{
    const struct ad_names *columns = ad_reader_columns(r->reader);
    bool csv = r->in.kind == AD_FORMAT_CSV;
    const char *labels = r->set.labels;
    if (labels && ad_names_find(columns, ad_str_of(labels)) < 0 &&
        (csv || access(labels, F_OK) == 0)) {
        if (access(labels, F_OK))
            return ad_err_set(&r->err, "--labels=%s: neither a field nor a file", labels);
        if (!r->sel.time.n)
            return ad_err_set(&r->err, "a file of labels needs a time field; name it with -t");
        r->labels = (struct ad_labels){.path = labels, .ngroup = r->sel.group.n};
    }
    const struct ad_layout layout = {columns, &r->sel.field, &r->sel.group};
    if (r->cmd->layout && r->cmd->layout(r->cmd->cfg, &layout, &r->status, &r->err))
        return -1;
    r->more = r->cmd->more ? r->cmd->more(r->cmd->cfg) : NULL;
    for (size_t i = 0; csv && r->more && i < r->more->n; i++)
        if (ad_names_find(columns, r->more->v[i]) < 0 &&
            (r->cmd->unknown ? r->cmd->unknown(r->cmd->cfg, i, columns, &r->err)
                             : ad_select_unknown(columns, r->more->v[i], &r->err)))
            return -1;
    return 0;
}

static void tell_guesses(const struct ad_run *r)
{
    struct ad_buf b = {0};
    ad_buf_addz(&b, r->in.kind == AD_FORMAT_NDJSON ? "NDJSON" : "CSV");
    if (r->in.kind == AD_FORMAT_CSV) {
        ad_buf_addz(&b, ", delimiter ");
        ad_buf_add(&b, r->in.delim == '\t' ? "TAB" : &r->in.delim, r->in.delim == '\t' ? 3 : 1);
    }
    ad_buf_addz(&b, "; field ");
    ad_names_list(&r->sel.field, &b);
    ad_buf_addz(&b, r->sel.time.n         ? "; time "
                    : r->sel.time_ignored ? "; time ignored: not a time"
                                          : "; no time");
    ad_names_list(&r->sel.time, &b);
    if (r->sel.group.n)
        ad_buf_addz(&b, "; grouped by ");
    ad_names_list(&r->sel.group, &b);
    if (r->sel.category.n)
        ad_buf_addz(&b, "; words in ");
    ad_names_list(&r->sel.category, &b);
    ad_buf_add(&b, "", 1);
    if (!b.failed)
        ad_run_say(r, "%s", b.s);
    ad_buf_free(&b);
}

int ad_run_prepare(struct ad_run *r)
{
    /* A state of a stream without scores. */
    bool none = r->detector->flags & AD_OPTIONAL && r->set.field && !*r->set.field;
    struct ad_select_cfg cfg = {.field = none ? NULL : r->set.field,
                                .group = r->set.group,
                                .time = r->set.time,
                                .categorical = r->cmd->handler ? "" : r->set.categorical,
                                .labels = r->set.labels,
                                .many = r->detector->flags & AD_MULTI,
                                .value = r->cmd->handler != NULL,
                                .optional = r->detector->flags & AD_OPTIONAL,
                                .none = r->detector->flags & AD_FIELDLESS,
                                .scores = r->detector->flags & AD_SCORES};
    if (ad_select(&r->sel, &cfg, r->reader, r->clock, &r->err))
        return -1;
    if (r->set.budget_per_day > 0 && !r->sel.time.n)
        return ad_err_set(&r->err, "--budget needs a time field; name it with -t");
    if (r->set.gap > 0 && !r->sel.time.n)
        return ad_err_set(&r->err, "--gap needs a time field; name it with -t");
    const char *wrong =
        !r->sel.time.n && r->cmd->needs_time ? r->cmd->needs_time(r->cmd->cfg) : NULL;
    if (wrong)
        return ad_err_set(&r->err, "%s needs a time field; name it with -t", wrong);
    if (ad_run_choose_beside(r) || choose_others(r))
        return -1;
    choose_output(r);
    r->to_csv = r->in.kind == AD_FORMAT_NDJSON && r->out.kind == AD_FORMAT_CSV;
    if (name_appended(r) || check_collisions(r) || want_fields(r) || prepare_words(r) ||
        prepare_judging(r))
        return -1;
    if (!r->have_loaded && r->in.kind == AD_FORMAT_CSV && r->in.header &&
        ad_names_set(&r->columns, ad_reader_columns(r->reader)->v, ad_reader_columns(r->reader)->n))
        return ad_err_nomem(&r->err);
    if (r->set.verbose)
        tell_guesses(r);
    if (ad_run_load_state(r) || ad_run_handle_open(r))
        return -1;
    return r->labels.path ? ad_run_labels(r) : 0;
}

int ad_run_open_output(struct ad_run *r)
{
    struct ad_writer_cfg out = {r->in, r->out, ad_reader_columns(r->reader), &r->appended};
    r->writer = ad_writer_open(&r->sink, &out, &r->err);
    if (!r->writer)
        return -1;
    struct ad_record header = ad_reader_header(r->reader);
    struct ad_str lead = ad_reader_lead(r->reader);
    bool resumed = r->set.resume && r->have_loaded;
    if (ad_run_writes(r) && !r->set.anomalies && !resumed)
        ad_sink_write(&r->sink, lead.s, lead.len);
    if (ad_run_writes(r) && !resumed && (header.body.s || r->in.kind == AD_FORMAT_NDJSON))
        ad_writer_header(r->writer, &header);
    return 0;
}
