/* Labels that people give, and reports in place of records. */
#include "run/run.h"

#include "io/screen.h"

#include <stdlib.h>
#include <unistd.h>

int ad_run_labels(struct ad_run *r)
{
    struct ad_labels *l = &r->labels;
    int rc = ad_labels_read(l, r->clock, &r->err);
    if (rc <= 0)
        return rc;
    if (l->wrong && !r->set.quiet)
        ad_run_say(r, "%s%s", l->what.text, l->wrong > 1 ? " (and more lines like it)" : "");
    if (r->set.verbose)
        ad_run_say(r, "%s: %zu labels", l->path, l->n);
    for (size_t i = 0; r->detector->feedback && i < l->n; i++) {
        struct ad_series *s = ad_keytab_find(&r->keys, l->v[i].key);
        if (s && s->track->state &&
            r->detector->feedback(s->track->state, l->v[i].from, l->v[i].to, l->v[i].label))
            return ad_err_nomem(&r->err);
    }
    return 0;
}

void ad_run_tell_line(struct ad_run *r, struct ad_series *s, const struct ad_result *res)
{
    double factor = res->s.alpha_factor, before = s->track->alpha_factor;
    s->track->alpha_factor = factor;
    if (before == factor || !(before > 0))
        return;
    struct ad_buf key = {0};
    struct ad_load parts = {.in = ad_series_key(s)};
    for (size_t i = 0; i < r->sel.group.n; i++) {
        ad_buf_addz(&key, i ? "," : "");
        ad_buf_add_visible(&key, r->sel.group.n == 1 ? parts.in : ad_load_str(&parts));
    }
    ad_buf_addz(&key, key.len ? ": " : "");
    ad_buf_add(&key, "", 1);
    if (!key.failed)
        ad_run_say(r, "%slabels have %s the alarm line to a surprise of %.4g", key.s,
                   factor < before ? "raised" : "lowered", res->line);
    ad_buf_free(&key);
}

/* The group fields of each series. */
static void unpack_keys(const struct ad_run *r, struct ad_str *key)
{
    size_t ngroup = r->sel.group.n;
    for (size_t i = 0; i < r->keys.n; i++) {
        struct ad_load parts = {.in = ad_series_key(r->keys.queue[i])};
        for (size_t g = 0; g < ngroup; g++)
            key[i * ngroup + g] = ngroup == 1 ? parts.in : ad_load_str(&parts);
    }
}

int ad_run_report(struct ad_run *r)
{
    bool terminal = isatty(STDOUT_FILENO);
    struct ad_heard h = {.field = &r->sel.field,
                         .group = &r->sel.group,
                         .n = r->keys.n,
                         .timed = r->sel.time.n > 0,
                         .labelled = r->set.labels != NULL,
                         .pool = r->pool,
                         .seed = r->set.seed,
                         .quiet = r->set.quiet,
                         .out = r->out,
                         .sink = &r->sink};
    h.table = r->set.out == AD_TEXT_TABLE || (r->set.out == AD_TEXT_AUTO && terminal);
    h.colour = ad_screen_colour(STDOUT_FILENO);
    void **state = calloc(r->keys.n + 1, sizeof *state);
    struct ad_str *key = calloc(r->keys.n * r->sel.group.n + 1, sizeof *key);
    int rc = !state || !key || ad_keytab_sort(&r->keys) ? ad_err_nomem(&r->err) : 0;
    if (rc == 0) {
        for (size_t i = 0; i < r->keys.n; i++)
            state[i] = r->keys.queue[i]->track->state;
        unpack_keys(r, key);
        h.state = state;
        h.key = key;
        rc = r->cmd->report(r->cmd->cfg, &h, &r->err);
    }
    free(state);
    free(key);
    return rc;
}
