#include "plot/finding.h"

#include <stdlib.h>

int ad_findings_init(struct ad_findings *f, size_t most)
{
    *f = (struct ad_findings){.v = calloc(most ? most : 1, sizeof *f->v), .most = most};
    return f->v ? 0 : -1;
}

void ad_findings_free(struct ad_findings *f)
{
    for (size_t i = 0; f->v && i < f->most; i++)
        ad_buf_free(&f->v[i].reason);
    free(f->v);
    f->v = NULL;
}

/* A flag without a score is one that just passed the line. */
enum { REASON_MOST = 240 };

static double badness(const struct ad_point *peak)
{
    return isnan(peak->score) ? 0.5 : peak->score;
}

bool ad_finding_worse(const struct ad_finding *a, const struct ad_finding *b)
{
    double x = badness(&a->peak), y = badness(&b->peak);
    return x > y || (x >= y && a->from < b->from);
}

int ad_finding_extend(struct ad_finding *now, const struct ad_panel *panel,
                      const struct ad_point *p, enum ad_severity severity, struct ad_str reason)
{
    static const struct ad_severity_scale usual = AD_SEVERITY_USUAL;
    if (severity == AD_SEVERITY_NONE)
        severity = ad_severity_of(&usual, badness(p));
    bool first = now->n == 0, peak = first || badness(p) > badness(&now->peak);
    now->panel = panel;
    now->from = first ? p->at : fmin(now->from, p->at);
    now->to = first ? p->at : fmax(now->to, p->at);
    now->severity = first || severity > now->severity ? severity : now->severity;
    now->n++;
    if (!peak)
        return 0;
    now->peak = *p;
    now->reason.len = 0;
    return reason.len ? ad_buf_add_visible_most(&now->reason, reason, REASON_MOST) : 0;
}

static void swap(struct ad_finding *a, struct ad_finding *b)
{
    struct ad_finding c = *a;
    *a = *b;
    *b = c;
}

static void sift_up(struct ad_finding *v, size_t i)
{
    for (; i > 0 && ad_finding_worse(&v[(i - 1) / 2], &v[i]); i = (i - 1) / 2)
        swap(&v[(i - 1) / 2], &v[i]);
}

static void sift_down(struct ad_finding *v, size_t n)
{
    for (size_t i = 0, child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && ad_finding_worse(&v[child], &v[child + 1]))
            child++;
        if (!ad_finding_worse(&v[i], &v[child]))
            return;
        swap(&v[i], &v[child]);
    }
}

void ad_findings_keep(struct ad_findings *f, struct ad_finding *over)
{
    if (over->n == 0)
        return;
    f->all++;
    /* By swaps the buffers of reasons are used again. */
    if (f->n < f->most) {
        swap(&f->v[f->n], over);
        sift_up(f->v, f->n++);
    } else if (f->most && ad_finding_worse(over, &f->v[0])) {
        swap(&f->v[0], over);
        sift_down(f->v, f->n);
    }
    over->n = 0;
}

void ad_findings_forget(struct ad_findings *f, const struct ad_panel *panel)
{
    size_t n = f->n;
    f->n = 0;
    for (size_t i = 0; i < n; i++)
        if (f->v[i].panel != panel) {
            swap(&f->v[f->n], &f->v[i]);
            sift_up(f->v, f->n++);
        }
}
