/* The state or model file of a run: what goes in, and when it fits. */
#include "run/run.h"

#include "base/number.h"
#include "io/atomic.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* No payload may unpack to more. */
enum { PAYLOAD_LOG2 = 34, PLACES = 256 };

static const char *state_path(const struct ad_run *r)
{
    return r->set.state ? r->set.state : r->set.model;
}

/* The options that shape a payload, as text: what the container compares. */
struct shape {
    struct ad_container_option *option;
    size_t n;
    struct ad_buf text;
    size_t *end; /* of key and value in text, in turn */
};

static void add_option(struct shape *s, const char *key)
{
    ad_buf_addz(&s->text, key);
    s->end[2 * s->n] = s->text.len;
}

static void end_option(struct shape *s)
{
    s->end[2 * s->n++ + 1] = s->text.len;
}

/* A list as -f takes it. */
static void add_list(struct ad_buf *out, const struct ad_names *names)
{
    for (size_t i = 0; i < names->n; i++) {
        bool quote = memchr(names->v[i].s, ',', names->v[i].len);
        ad_buf_addz(out, i ? "," : "");
        ad_buf_addz(out, quote ? "\"" : "");
        ad_buf_add(out, names->v[i].s, names->v[i].len);
        ad_buf_addz(out, quote ? "\"" : "");
    }
}

static void shape_free(struct shape *s)
{
    free(s->option);
    free(s->end);
    ad_buf_free(&s->text);
}

static int shape_make(const struct ad_run *r, struct shape *s, struct ad_err *err)
{
    enum { COMMON = 7 };
    size_t most = COMMON;
    for (const struct ad_opt *o = r->cmd->options; o->type != AD_OPT_END; o++)
        most++;
    *s = (struct shape){.option = calloc(most, sizeof *s->option),
                        .end = calloc(2 * most, sizeof *s->end)};
    if (!s->option || !s->end) {
        shape_free(s);
        return ad_err_nomem(err);
    }
    for (const struct ad_opt *o = r->cmd->options; o->type != AD_OPT_END; o++) {
        if (o->type == AD_OPT_HEADING || o->fleeting)
            continue;
        add_option(s, o->name);
        ad_opt_value(o, r->cmd->cfg, &s->text);
        end_option(s);
    }
    if (r->cmd->shape) {
        add_option(s, r->cmd->shape_name);
        r->cmd->shape(r->cmd->cfg, &s->text);
        end_option(s);
    }
    const struct {
        const char *key;
        const struct ad_names *names;
    } lists[] = {{r->detector->flags & AD_SCORES ? "score" : "field", &r->sel.field},
                 {"group-by", &r->sel.group},
                 {"time", &r->sel.time},
                 {"categorical", &r->sel.category}};
    size_t n = sizeof lists / sizeof *lists - !r->multi;
    for (size_t i = 0; i < n; i++) {
        add_option(s, lists[i].key);
        add_list(&s->text, lists[i].names);
        end_option(s);
    }
    add_option(s, "tz");
    if (r->sel.time.n)
        ad_buf_addz(&s->text, ad_clock_zone(r->clock));
    end_option(s);
    char number[24];
    snprintf(number, sizeof number, "%llu", r->set.shift_after);
    add_option(s, "shift-after");
    ad_buf_addz(&s->text, number);
    end_option(s);
    if (s->text.failed) {
        shape_free(s);
        return ad_err_nomem(err);
    }
    for (size_t i = 0, at = 0; i < s->n; i++) {
        s->option[i].key = (struct ad_str){s->text.s + at, s->end[2 * i] - at};
        at = s->end[2 * i];
        s->option[i].value = (struct ad_str){s->text.s + at, s->end[2 * i + 1] - at};
        at = s->end[2 * i + 1];
    }
    return 0;
}

static int damaged(struct ad_run *r)
{
    return ad_err_set(&r->err, "%s: damaged: its contents make no sense", state_path(r));
}

/* A stream goes on with the choices it began with, unless they are given anew. */
static int take_options(struct ad_run *r)
{
    const struct ad_container *c = &r->loaded;
    for (size_t i = 0; i < c->noption; i++) {
        ad_buf_add(&r->stored, c->options[i].value.s, c->options[i].value.len);
        ad_buf_add(&r->stored, "", 1);
    }
    if (r->stored.failed)
        return ad_err_nomem(&r->err);
    const char *text = r->stored.s;
    for (size_t i = 0; i < c->noption; text += c->options[i++].value.len + 1) {
        struct ad_str key = c->options[i].key;
        bool no_zone = ad_str_eq(key, ad_str_of("tz")) && !*text; /* there were no times */
        if (!no_zone && ad_opt_default(r->options, 2, key, text, &r->err))
            return damaged(r);
    }
    return 0;
}

/* The beginning of the payload: the table's format and columns, and where files were left. */
static void save_table(struct ad_run *r, struct ad_save *out)
{
    ad_save_u64(out, (uint64_t)r->in.kind);
    ad_save_u64(out, (unsigned char)r->in.delim);
    ad_save_u64(out, r->in.header);
    const struct ad_names *c = r->in.kind == AD_FORMAT_CSV ? &r->columns : &(struct ad_names){0};
    ad_save_u64(out, c->n);
    for (size_t i = 0; i < c->n; i++)
        ad_save_str(out, c->v[i]);
    ad_save_u64(out, r->nplace);
    for (size_t i = 0; i < r->nplace; i++) {
        ad_save_u64(out, r->place[i].dev);
        ad_save_u64(out, r->place[i].inode);
        ad_save_u64(out, r->place[i].offset);
        ad_save_u64(out, r->place[i].crc);
    }
}

static int load_table(struct ad_run *r, struct ad_load *in)
{
    r->in.kind = (enum ad_format_kind)ad_load_max(in, AD_FORMAT_NDJSON);
    r->in.delim = (char)ad_load_max(in, 255);
    r->in.header = ad_load_max(in, 1);
    uint64_t n = ad_load_max(in, in->in.len);
    struct ad_str *v = calloc((size_t)n + 1, sizeof *v);
    if (!v)
        return ad_err_nomem(&r->err);
    for (uint64_t i = 0; i < n && !in->failed; i++)
        v[i] = ad_load_str(in);
    int rc = in->failed ? damaged(r) : ad_names_set(&r->columns, v, (size_t)n);
    free(v);
    if (rc)
        return rc;
    n = ad_load_max(in, PLACES);
    r->place = calloc(PLACES, sizeof *r->place);
    if (!r->place)
        return ad_err_nomem(&r->err);
    for (r->nplace = 0; r->nplace < n && !in->failed; r->nplace++) {
        struct ad_place *p = &r->place[r->nplace];
        p->dev = ad_load_u64(in);
        p->inode = ad_load_u64(in);
        p->offset = ad_load_u64(in);
        p->crc = (uint32_t)ad_load_max(in, UINT32_MAX);
    }
    return in->failed ? damaged(r) : 0;
}

int ad_run_open_state(struct ad_run *r)
{
    const char *path = state_path(r);
    r->lock = -1;
    if (!path || (r->set.fit && r->set.model))
        return 0;
    if (r->set.state) {
        int busy = ad_lock_take(path, r->set.lock_wait, &ad_run_stop, &r->lock, &r->err);
        if (busy)
            return busy;
    }
    int none = ad_container_read(path, (size_t)1 << PAYLOAD_LOG2, &r->loaded, &r->err);
    if (none == 1 && r->set.model)
        return ad_err_set(&r->err, "%s: there is no such model; make one with --fit", path);
    if (none)
        return none < 0 ? -1 : 0;
    r->have_loaded = true;
    r->created = r->loaded.created;
    r->records_before = r->loaded.records;
    if (!ad_str_eq(r->loaded.detector, ad_str_of(r->detector->name)))
        return ad_err_set(&r->err, "%s: is a state of the detector %.*s, not of %s", path,
                          (int)r->loaded.detector.len, r->loaded.detector.s, r->detector->name);
    struct ad_load in = {.in = r->loaded.payload};
    if (load_table(r, &in))
        return -1;
    r->loaded.payload = in.in;
    return take_options(r);
}

static int load_features(struct ad_track *track, struct ad_load *in)
{
    if (!ad_load_max(in, 1))
        return in->failed ? -1 : 0;
    track->features = ad_features_new();
    return track->features ? ad_features_load(track->features, in) : -1;
}

static void save_features(const struct ad_track *track, struct ad_save *out)
{
    ad_save_u64(out, track->features != NULL);
    if (track->features)
        ad_features_save(track->features, out);
}

static int load_series(struct ad_run *r, struct ad_load *in)
{
    uint64_t n = ad_load_u64(in);
    for (uint64_t i = 0; i < n && !in->failed; i++) {
        struct ad_str key = ad_load_str(in);
        double last = ad_load_f64(in), rows = ad_load_f64(in);
        if (in->failed || ad_keytab_find(&r->keys, key) || last - last > 0 ||
            !(rows >= 0 && rows <= AD_ROWS_MAX))
            return damaged(r);
        struct ad_series *s = ad_keytab_get(&r->keys, key);
        if (!s)
            return ad_err_nomem(&r->err);
        s->last = last;
        s->rows = rows;
        for (uint32_t k = 0; k < s->ntrack; k++)
            if (ad_judge_load(&r->judge, &s->track[k], in) ||
                (r->features && load_features(&s->track[k], in)))
                return damaged(r);
    }
    return in->failed || in->in.len ? damaged(r) : 0;
}

int ad_run_load_state(struct ad_run *r)
{
    if (!r->have_loaded)
        return 0;
    struct shape shape;
    if (shape_make(r, &shape, &r->err))
        return -1;
    struct ad_container want = {.detector = ad_str_of(r->detector->name),
                                .version = r->detector->version,
                                .options = shape.option,
                                .noption = shape.n};
    int rc = ad_container_match(&r->loaded, &want, state_path(r), &r->err);
    shape_free(&shape);
    if (rc)
        return rc;
    struct ad_load in = {.in = r->loaded.payload};
    if (ad_budget_load(&r->budget, &in) || ad_categories_load(&r->words, &in))
        return damaged(r);
    if (load_series(r, &in))
        return -1;
    if (r->set.budget_per_day > 0)
        ad_judge_set_line(&r->judge, r->budget.s0);
    if (r->set.no_learn)
        return 0;
    ad_container_free(&r->loaded);
    r->loaded = (struct ad_container){0};
    return 0;
}

static int save_payload(struct ad_run *r, struct ad_buf *payload)
{
    struct ad_save out = {.out = payload};
    save_table(r, &out);
    ad_budget_save(&r->budget, &out);
    if (ad_categories_save(&r->words, &out) || ad_keytab_sort(&r->keys))
        return ad_err_nomem(&r->err);
    ad_save_u64(&out, r->keys.n);
    for (size_t i = 0; i < r->keys.n; i++) {
        const struct ad_series *s = r->keys.queue[i];
        ad_save_str(&out, ad_series_key(s));
        ad_save_f64(&out, s->last);
        ad_save_f64(&out, s->rows);
        for (uint32_t k = 0; k < s->ntrack; k++) {
            ad_judge_save(&r->judge, &s->track[k], &out);
            if (r->features)
                save_features(&s->track[k], &out);
        }
    }
    return payload->failed ? ad_err_nomem(&r->err) : 0;
}

/* Files were read, or found empty, and all else stays as it was loaded. */
static int save_places(struct ad_run *r)
{
    struct ad_buf payload = {0};
    struct ad_save out = {.out = &payload};
    save_table(r, &out);
    ad_buf_add(&payload, r->loaded.payload.s, r->loaded.payload.len);
    struct ad_container c = r->loaded;
    c.payload = (struct ad_str){payload.s, payload.len};
    int rc = payload.failed ? ad_err_nomem(&r->err)
                            : ad_container_write(r->set.state, 0600, &c, &r->err);
    ad_buf_free(&payload);
    return rc;
}

int ad_run_save_state(struct ad_run *r)
{
    bool model = r->set.fit && r->set.model;
    bool unfitted = r->batch && ad_run_stop; /* the signal came before the end of the input */
    if ((!r->set.state && !model) || unfitted)
        return 0;
    /* A header alone has settled nothing. */
    if (r->judge.line && !r->have_loaded && !ad_reader_first(r->reader))
        return 0;
    if (!r->judge.line)
        return r->have_loaded && r->set.resume ? save_places(r) : 0;
    if (r->set.resume && !ad_reader_done(r->reader) &&
        ad_run_leave_file(r, r->source, ad_reader_offset(r->reader), &r->err))
        return -1;
    if (r->set.no_learn && r->have_loaded)
        return save_places(r);
    struct shape shape;
    if (shape_make(r, &shape, &r->err))
        return -1;
    struct ad_buf payload = {0};
    int rc = save_payload(r, &payload);
    time_t now = time(NULL);
    if (!r->created)
        r->created = now;
    struct ad_container c = {.detector = ad_str_of(r->detector->name),
                             .version = r->detector->version,
                             .options = shape.option,
                             .noption = shape.n,
                             .created = r->created,
                             .updated = now,
                             .records = r->records_before + r->count.good,
                             .payload = {payload.s, payload.len}};
    if (rc == 0)
        rc = ad_container_write(state_path(r), model ? 0666 : 0600, &c, &r->err);
    ad_buf_free(&payload);
    shape_free(&shape);
    return rc;
}

void ad_run_close_state(struct ad_run *r)
{
    if (r->lock >= 0)
        ad_lock_release(r->lock);
    r->lock = -1;
    ad_container_free(&r->loaded);
    ad_names_free(&r->columns);
    free(r->place);
    ad_buf_free(&r->stored);
}

static struct ad_place *find_place(struct ad_run *r, const struct ad_source_stat *st)
{
    for (size_t i = 0; i < r->nplace; i++)
        if (r->place[i].dev == st->dev && r->place[i].inode == st->inode)
            return &r->place[i];
    return NULL;
}

int ad_run_enter_file(void *run, struct ad_source *src, uint64_t *offset, struct ad_err *err)
{
    struct ad_run *r = run;
    struct ad_source_stat st;
    if (ad_source_stat(src, &st, err))
        return -1;
    if (!st.regular || st.gzip)
        return ad_err_set(err, "%s: --resume needs plain files%s", ad_source_name(src),
                          st.gzip ? ", not gzip" : "");
    struct ad_place *p = find_place(r, &st);
    uint32_t crc;
    struct ad_err ignored = {0};
    bool same = p && st.size >= p->offset && ad_source_crc(src, p->offset, &crc, &ignored) == 0 &&
                crc == p->crc;
    ad_err_free(&ignored);
    if (!same && r->set.verbose && r->have_loaded)
        ad_run_say(r, "%s: %s, starting at its beginning", ad_source_name(src),
                   p ? "truncated or rewritten" : "another file than in the last run");
    if (same)
        *offset = p->offset;
    return same;
}

int ad_run_leave_file(void *run, struct ad_source *src, uint64_t offset, struct ad_err *err)
{
    struct ad_run *r = run;
    struct ad_source_stat st;
    uint32_t crc;
    if (ad_source_stat(src, &st, err) || ad_source_crc(src, offset, &crc, err))
        return -1;
    struct ad_place *p = find_place(r, &st);
    if (!r->place && !(r->place = calloc(PLACES, sizeof *r->place)))
        return ad_err_nomem(err);
    if (!p && r->nplace == PLACES)
        memmove(r->place, r->place + 1, --r->nplace * sizeof *r->place);
    if (!p)
        p = &r->place[r->nplace++];
    *p = (struct ad_place){st.dev, st.inode, offset, crc};
    return 0;
}
