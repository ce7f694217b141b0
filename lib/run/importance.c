/* --importance: what each field mattered in the fit, in place of records. */
#include "run/run.h"

#include "base/number.h"
#include "record/csv.h"
#include "record/json.h"

#include <stdlib.h>

struct part {
    size_t field;
    double share;
};

static int by_share(const void *a, const void *b)
{
    const struct part *p = a, *q = b;
    if (p->share != q->share)
        return p->share > q->share ? -1 : 1;
    return p->field < q->field ? -1 : 1;
}

void ad_run_add_text(const struct ad_run *r, struct ad_buf *out, struct ad_str name,
                     struct ad_str text)
{
    bool json = r->out.kind == AD_FORMAT_NDJSON;
    bool first = out->len == 0 || out->s[out->len - 1] == '\n';
    if (json) {
        ad_buf_addz(out, first ? "{" : ",");
        ad_json_quote(out, name);
        ad_buf_addz(out, ":");
        ad_json_quote(out, text);
    } else {
        ad_buf_add(out, &r->out.delim, !first);
        ad_csv_quote(out, text, r->out.delim);
    }
}

void ad_run_add_key(const struct ad_run *r, struct ad_buf *out, const struct ad_series *s)
{
    struct ad_load parts = {.in = ad_series_key(s)};
    for (size_t i = 0; i < r->sel.group.n; i++)
        ad_run_add_text(r, out, r->sel.group.v[i],
                        r->sel.group.n == 1 ? parts.in : ad_load_str(&parts));
}

/* Field or feature i by its name. */
static void add_name(const struct ad_run *r, struct ad_buf *out, size_t i)
{
    struct ad_buf name = {0};
    ad_buf_add(&name, r->sel.field.v[r->features ? 0 : i].s,
               r->sel.field.v[r->features ? 0 : i].len);
    const char *feature = ad_run_feature(r, i);
    ad_buf_addz(&name, feature ? " " : "");
    ad_buf_addz(&name, feature ? feature : "");
    ad_run_add_text(r, out, ad_str_of("field"), (struct ad_str){name.s, name.len});
    out->failed |= name.failed;
    ad_buf_free(&name);
}

static void add_header(const struct ad_run *r, struct ad_buf *out)
{
    for (size_t i = 0; i < r->sel.group.n; i++)
        ad_run_add_text(r, out, r->sel.group.v[i], r->sel.group.v[i]);
    ad_run_add_text(r, out, ad_str_of("field"), ad_str_of("field"));
    ad_run_add_text(r, out, ad_str_of("importance"), ad_str_of("importance"));
    ad_buf_addz(out, "\n");
}

/* The rows of one series, the field that mattered most first. */
static int add_series(struct ad_run *r, struct ad_buf *out, const struct ad_series *s)
{
    size_t n = r->judge.cfg.setup.nfield;
    struct part *part = calloc(n, sizeof *part);
    double *share = calloc(n, sizeof *share);
    int rc = part && share ? r->detector->importance(s->track->state, share) : -1;
    for (size_t i = 0; rc == 0 && i < n; i++)
        part[i] = (struct part){i, share[i]};
    if (rc == 0)
        qsort(part, n, sizeof *part, by_share);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        char number[AD_NUMBER_MAX];
        ad_run_add_key(r, out, s);
        add_name(r, out, part[i].field);
        ad_buf_addz(out, r->out.kind == AD_FORMAT_NDJSON ? ",\"importance\":" : "");
        ad_buf_add(out, &r->out.delim, r->out.kind != AD_FORMAT_NDJSON);
        ad_buf_add(out, number, ad_number_print(number, part[i].share));
        ad_buf_addz(out, r->out.kind == AD_FORMAT_NDJSON ? "}\n" : "\n");
    }
    free(part);
    free(share);
    return rc;
}

int ad_run_importance(struct ad_run *r)
{
    struct ad_buf out = {0};
    int rc = ad_keytab_sort(&r->keys);
    if (r->out.kind == AD_FORMAT_CSV && r->in.header)
        add_header(r, &out);
    for (size_t i = 0; rc == 0 && i < r->keys.n; i++)
        if (r->keys.queue[i]->track->state)
            rc = add_series(r, &out, r->keys.queue[i]);
    if (rc || out.failed)
        rc = ad_err_nomem(&r->err);
    else
        ad_sink_write(&r->sink, out.s, out.len);
    ad_buf_free(&out);
    return rc;
}
