/* What a record says: its time, its values, its series. */
#include "run/run.h"

#include "base/number.h"

#include <math.h>

static bool is_missing(const struct ad_run *r, struct ad_str v)
{
    return ad_str_is_missing(v) || (r->na.n && ad_names_find(&r->na, v) >= 0);
}

const struct ad_str *ad_run_collision(const struct ad_run *r, const struct ad_record *rec)
{
    if (r->in.kind != AD_FORMAT_NDJSON)
        return NULL;
    for (size_t i = 0; i < r->appended.n; i++)
        if (rec->value[r->appended_slot + i].s)
            return &r->appended.v[i];
    return NULL;
}

static int fault(struct ad_fault *f, const struct ad_str *field, const char *why,
                 struct ad_str text)
{
    f->field = field;
    f->why = why;
    f->text = text;
    return -1;
}

/* One value into *x, NAN if it is missing. Returns 0, or -1. */
static int read_value(struct ad_run *r, size_t i, struct ad_str text, double *x, struct ad_fault *f)
{
    bool word = r->na.n && ad_names_find(&r->na, text) >= 0;
    if (r->words.n && r->words.is[i]) {
        *x = is_missing(r, text) ? NAN : ad_categories_number(&r->words, i, text, r->learns);
        return 0;
    }
    if (!word && ad_number_parse(text, x) == 0)
        return 0;
    *x = NAN;
    return is_missing(r, text) ? 0 : fault(f, &r->sel.field.v[i], "not a number", text);
}

int ad_run_values(struct ad_run *r, const struct ad_record *rec, double *t, double *x,
                  struct ad_fault *f)
{
    const struct ad_str nothing = {0}, *taken = ad_run_collision(r, rec);
    if (taken)
        return fault(f, taken, "already there; choose another --name", nothing);
    if (r->to_csv && r->writer && ad_writer_surprise(r->writer, rec, &f->member))
        return fault(f, &f->member, "not in the first record, which gave the columns", nothing);
    *t = NAN;
    if (r->time_slot != SIZE_MAX) {
        struct ad_str text = rec->value[r->time_slot];
        if (ad_clock_parse(r->clock, text, t))
            return fault(f, &r->wanted.v[r->time_slot], "not a time", text);
    }
    int present = 0;
    for (size_t i = 0; i < r->sel.field.n; i++) {
        if (read_value(r, i, rec->value[r->value_slot[i]], &x[i], f))
            return -1;
        present += !isnan(x[i]);
    }
    return present;
}

/* The key of a record's series: the value of its group field, or all of them packed. */
static int find_key(struct ad_run *r, const struct ad_record *rec, struct ad_str *key)
{
    size_t n = r->sel.group.n;
    *key = n == 1 ? rec->value[r->group_slot[0]] : (struct ad_str){"", 0};
    if (n > 1) {
        struct ad_save parts = {.out = &r->key};
        r->key.len = 0;
        /* Each led by its length: no two lists of values make the same key. */
        for (size_t i = 0; i < n; i++)
            ad_save_str(&parts, rec->value[r->group_slot[i]]);
        if (r->key.failed)
            return ad_err_nomem(&r->err);
        *key = (struct ad_str){r->key.s, r->key.len};
    }
    if (!key->s)
        key->s = "";
    return 0;
}

int ad_run_series(struct ad_run *r, const struct ad_record *rec, struct ad_series **s)
{
    struct ad_str key;
    *s = r->only;
    if (*s)
        return 0;
    if (find_key(r, rec, &key))
        return -1;
    *s = r->learns ? ad_keytab_get(&r->keys, key) : ad_keytab_find(&r->keys, key);
    if (!*s && r->learns)
        return ad_err_nomem(&r->err);
    /* Without a model they were evicted, which was told. */
    if (!*s && r->set.model && !r->absent_warned && !r->set.quiet)
        ad_run_say(r, "%s: has no model of some groups; they are not scored", r->set.model);
    r->absent_warned |= !*s;
    if (r->keys.evicted && !r->evicted_warned && !r->set.quiet)
        ad_run_say(r, "more than %llu groups: the least recently used are forgotten (--max-keys)",
                   r->set.max_keys);
    r->evicted_warned |= r->keys.evicted > 0;
    if (r->sel.group.n == 0)
        r->only = *s;
    return 0;
}

int ad_run_annotate(struct ad_run *r, struct ad_case *c, struct ad_fault *f)
{
    const struct ad_str nothing = {0};
    struct ad_sample *sample = &c->sample;
    if (r->label_slot != SIZE_MAX) {
        struct ad_str text = c->rec->value[r->label_slot];
        sample->label = ad_label_parse(text);
        if (isnan(sample->label) && !is_missing(r, text))
            return fault(f, &r->wanted.v[r->label_slot], "not a label (0 or 1)", text);
    } else if (r->labels.n && c->series) {
        sample->label = ad_labels_find(&r->labels, ad_series_key(c->series), sample->t);
    }
    for (size_t i = 0; r->more && i < r->more->n; i++)
        r->more_text[i] = r->more_slot[i] == SIZE_MAX ? nothing : c->rec->value[r->more_slot[i]];
    if (!r->more || !r->cmd->annotate)
        return 0;
    size_t at = 0;
    const char *wrong = r->cmd->annotate(r->cmd->cfg, r->more_text, sample, &at);
    return wrong ? fault(f, &r->wanted.v[r->more_slot[at]], wrong, r->more_text[at]) : 0;
}

int ad_run_expand(struct ad_run *r, struct ad_case *c, double *part)
{
    struct ad_track *track = c->series->track;
    if (!track->features)
        track->features = ad_features_new();
    if (!track->features || ad_features_next(track->features, &c->sample, part))
        return ad_err_nomem(&r->err);
    c->sample.x = part;
    c->sample.n = AD_FEATURES;
    return 0;
}

bool ad_run_times(struct ad_run *r, struct ad_series *s, double t, struct ad_sample *sample)
{
    sample->t = t;
    sample->wall = sample->elapsed = NAN;
    sample->row = s ? s->rows++ : 0;
    if (isnan(t))
        return false;
    sample->wall = ad_clock_wall(r->clock, t);
    sample->elapsed = 0;
    if (!s)
        return false;
    if (t < s->last) {
        r->count.late += !r->ahead;
        return false;
    }
    if (!isnan(s->last))
        sample->elapsed = t - s->last;
    s->last = t;
    return r->set.gap > 0 && sample->elapsed > r->set.gap;
}
