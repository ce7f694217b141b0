#include "plot/figure.h"

#include "plot/range.h"

#include <stdlib.h>
#include <string.h>

struct ad_figure *ad_figure_new(const struct ad_figure_cfg *cfg, struct ad_clock *clock)
{
    struct ad_figure *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->cfg = *cfg;
    f->slices = AD_TRACE_MOST;
    f->clock = clock;
    if (ad_findings_init(&f->findings, cfg->findings) == 0)
        return f;
    ad_figure_free(f);
    return NULL;
}

static void panel_free(struct ad_panel *p)
{
    ad_buf_free(&p->title);
    ad_trace_free(&p->trace);
    ad_buf_free(&p->open.reason);
    free(p->window);
    free(p);
}

void ad_figure_free(struct ad_figure *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->n; i++)
        panel_free(f->panel[i]);
    ad_findings_free(&f->findings);
    free(f->panel);
    free(f->shown);
    free(f->found);
    free(f);
}

/* The more panels, the fewer slices for each. */
static void share_slices(struct ad_figure *f)
{
    size_t most = AD_TRACE_MOST;
    while (most > AD_TRACE_LEAST && f->n * most > f->cfg.slices)
        most /= 2;
    for (size_t i = 0; most < f->slices && i < f->n; i++)
        ad_trace_limit(&f->panel[i]->trace, most);
    f->slices = most;
}

struct ad_panel *ad_figure_panel(struct ad_figure *f, struct ad_str title)
{
    if (f->n == f->room) {
        size_t room = 2 * f->room + 4;
        struct ad_panel **grown = realloc(f->panel, room * sizeof(struct ad_panel *));
        if (!grown)
            return NULL;
        f->panel = grown;
        f->room = room;
    }
    struct ad_panel *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    ad_trace_init(&p->trace, AD_TRACE_MOST);
    if (title.len && ad_buf_add_visible(&p->title, title)) {
        panel_free(p);
        return NULL;
    }
    p->at = f->n;
    p->made = f->made++;
    f->panel[f->n++] = p;
    share_slices(f);
    p->trace.most = f->slices;
    return p;
}

int ad_panel_window(struct ad_panel *p, double from, double to)
{
    struct ad_stretch *grown = realloc(p->window, (p->windows + 1) * sizeof *grown);
    if (!grown)
        return -1;
    p->window = grown;
    p->window[p->windows++] = (struct ad_stretch){from, to};
    return 0;
}

int ad_figure_add(struct ad_figure *f, struct ad_panel *panel, const struct ad_point *p,
                  enum ad_severity severity, struct ad_str reason)
{
    panel->scored |= !isnan(p->score);
    if (!p->flagged)
        ad_findings_keep(&f->findings, &panel->open);
    else if (ad_finding_extend(&panel->open, panel, p, severity, reason))
        return -1;
    return ad_trace_add(&panel->trace, p);
}

/* --- what is shown -------------------------------------------------------------------------- */

static double peak_of(const struct ad_panel *p)
{
    double score = 0;
    for (size_t i = 0; i < p->trace.n; i++)
        score = fmax(score, p->trace.slice[i].score);
    return score;
}

struct rank {
    struct ad_panel *panel;
    double peak;
};

static int by_flags(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;
    uint64_t i = x->panel->trace.flagged, k = y->panel->trace.flagged;
    if (i != k)
        return i > k ? -1 : 1;
    if (x->peak < y->peak || x->peak > y->peak)
        return x->peak > y->peak ? -1 : 1;
    return x->panel->made < y->panel->made ? -1 : 1;
}

static int by_making(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;
    return x->panel->made < y->panel->made ? -1 : 1;
}

static int choose_panels(struct ad_figure *f)
{
    struct rank *rank = calloc(f->n + 1, sizeof *rank);
    struct ad_panel **shown = realloc(f->shown, (f->n + 1) * sizeof(struct ad_panel *));
    if (shown)
        f->shown = shown;
    if (!rank || !shown) {
        free(rank);
        return -1;
    }
    for (size_t i = 0; i < f->n; i++)
        rank[i] = (struct rank){f->panel[i], peak_of(f->panel[i])};
    qsort(rank, f->n, sizeof *rank, by_flags);
    f->nshown = f->n < f->cfg.panels ? f->n : f->cfg.panels;
    qsort(rank, f->nshown, sizeof *rank, by_making);
    for (size_t i = 0; i < f->nshown; i++)
        f->shown[i] = rank[i].panel;
    free(rank);
    return 0;
}

static int by_time(const void *a, const void *b)
{
    const struct ad_finding *x = *(const struct ad_finding *const *)a;
    const struct ad_finding *y = *(const struct ad_finding *const *)b;
    if (x->from < y->from || x->from > y->from)
        return x->from < y->from ? -1 : 1;
    return ad_finding_worse(x, y) ? -1 : ad_finding_worse(y, x);
}

static int order_findings(struct ad_figure *f)
{
    size_t most = f->findings.n + f->n + 1, n = 0;
    const struct ad_finding **found = realloc(f->found, most * sizeof(const struct ad_finding *));
    if (!found)
        return -1;
    f->found = found;
    for (size_t i = 0; i < f->findings.n; i++)
        found[n++] = &f->findings.v[i];
    for (size_t i = 0; i < f->n; i++)
        if (f->panel[i]->open.n)
            found[n++] = &f->panel[i]->open;
    qsort(found, n, sizeof(const struct ad_finding *), by_time);
    f->nfound = n;
    return 0;
}

static void span_time(struct ad_figure *f)
{
    f->first = f->last = (double)NAN;
    for (size_t i = 0; i < f->nshown; i++) {
        f->first = fmin(f->first, f->shown[i]->trace.from);
        f->last = fmax(f->last, f->shown[i]->trace.to);
    }
    double from = isnan(f->first) ? 0 : f->first, to = isnan(f->last) ? 0 : f->last;
    /* A little room, so that the first and the last point are seen whole. */
    double around = (to - from) * 0.007;
    if (!(from < to))
        around = fmax(f->clock ? 60 : 1, fabs(from) * 1e-12);
    f->from = from - around;
    f->to = to + around;
}

int ad_figure_settle(struct ad_figure *f)
{
    if (choose_panels(f) || order_findings(f))
        return -1;
    span_time(f);
    f->scored = f->banded = f->labelled = f->shifting = false;
    for (size_t i = 0; i < f->nshown; i++) {
        struct ad_panel *p = f->shown[i];
        if (ad_trace_settle(&p->trace) || ad_panel_range(p, &f->cfg))
            return -1;
        f->scored |= p->scored;
        f->labelled |= p->windows > 0;
        for (size_t k = 0; k < p->trace.n; k++) {
            const struct ad_slice *s = &p->trace.slice[k];
            f->banded |= !isnan(s->lower) || !isnan(s->upper);
            f->labelled |= s->labelled;
            f->shifting |= !isnan(s->shift);
        }
    }
    return 0;
}

void ad_figure_drop(struct ad_figure *f, struct ad_panel *p)
{
    size_t i = p->at;
    f->panel[i] = f->panel[--f->n];
    f->panel[i]->at = i;
    f->nshown = f->nfound = 0;
    if (p->trace.flagged)
        ad_findings_forget(&f->findings, p);
    panel_free(p);
}
