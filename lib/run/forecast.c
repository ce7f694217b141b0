/* --forecast: what each series is expected to do next, in place of records. */
#include "run/run.h"

#include "base/number.h"
#include "record/csv.h"
#include "record/json.h"

#include <math.h>

static void add_number(const struct ad_run *r, struct ad_buf *out, const char *name, double x)
{
    char number[AD_NUMBER_MAX];
    size_t len = isfinite(x) ? ad_number_print(number, x) : 0;
    if (r->out.kind == AD_FORMAT_NDJSON) {
        ad_buf_addz(out, ",");
        ad_json_quote(out, ad_str_of(name));
        ad_buf_addz(out, ":");
        ad_buf_add(out, len ? number : "null", len ? len : 4);
    } else {
        ad_buf_add(out, &r->out.delim, 1);
        ad_buf_add(out, number, len);
    }
}

/* The name of the first column: that of the times, or else rows are counted. */
static struct ad_str place_name(const struct ad_run *r)
{
    return r->sel.time.n ? r->sel.time.v[0] : ad_str_of("row");
}

static void add_header(const struct ad_run *r, struct ad_buf *out)
{
    static const char *const names[] = {"field", "expected", "lower", "upper"};
    ad_run_add_text(r, out, place_name(r), place_name(r));
    for (size_t i = 0; i < r->sel.group.n; i++)
        ad_run_add_text(r, out, r->sel.group.v[i], r->sel.group.v[i]);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ad_run_add_text(r, out, ad_str_of(names[i]), ad_str_of(names[i]));
    ad_buf_addz(out, "\n");
}

/* The h-th sample to come of field i, if there is anything to be said of it. */
static void add_row(struct ad_run *r, struct ad_buf *out, const struct ad_series *s, size_t i,
                    double every, unsigned long long h)
{
    static const double nothing = 0;
    double t = s->last + every * (double)h, row = s->rows + (double)h - 1;
    struct ad_sample sample = {.t = t, .wall = NAN, .elapsed = every, .x = &nothing, .n = 1};
    sample.row = row;
    if (!isnan(t))
        sample.wall = ad_clock_wall(r->clock, t);
    struct ad_score said;
    ad_score_init(&said);
    r->detector->score(s->track[i].state, &sample, &r->judge.line[1], &said);
    if (said.state != AD_OK)
        return;
    r->detector->bounds(s->track[i].state, &sample, &r->judge.line[1], &said);
    char place[AD_NUMBER_MAX];
    size_t len = !r->sel.time.n ? ad_number_print(place, row + 1) : ad_time_print(place, t);
    ad_run_add_text(r, out, place_name(r), (struct ad_str){place, len});
    ad_run_add_key(r, out, s);
    ad_run_add_text(r, out, ad_str_of("field"), r->sel.field.v[i]);
    add_number(r, out, "expected", said.expected);
    add_number(r, out, "lower", said.lower);
    add_number(r, out, "upper", said.upper);
    ad_buf_addz(out, r->out.kind == AD_FORMAT_NDJSON ? "}\n" : "\n");
}

int ad_run_forecast(struct ad_run *r)
{
    struct ad_buf out = {0};
    int rc = ad_keytab_sort(&r->keys);
    if (r->out.kind == AD_FORMAT_CSV && r->in.header)
        add_header(r, &out);
    for (size_t k = 0; rc == 0 && k < r->keys.n; k++) {
        const struct ad_series *s = r->keys.queue[k];
        for (uint32_t i = 0; i < s->ntrack; i++) {
            double every = s->track[i].state ? r->detector->every(s->track[i].state) : 0;
            for (unsigned long long h = 1; s->track[i].state && h <= r->set.forecast; h++) {
                add_row(r, &out, s, i, every, h);
                ad_sink_write(&r->sink, out.s, out.len);
                out.len = 0;
            }
        }
    }
    if (rc || out.failed)
        rc = ad_err_nomem(&r->err);
    else
        ad_sink_write(&r->sink, out.s, out.len);
    ad_buf_free(&out);
    return rc;
}
