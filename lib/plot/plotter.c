#include "plot/plotter.h"

#include "base/number.h"
#include "run/labels.h"

#include <stdlib.h>

/* The state of a group. */
struct ad_plotter_group {
    struct ad_plotter *plotter;
    struct ad_panel *panel[]; /* [value fields], NULL before the first record */
};

int ad_plotter_open(struct ad_plotter *p, const struct ad_figure_cfg *cfg,
                    const struct ad_stream *stream, struct ad_err *err)
{
    p->stream = *stream;
    p->number = calloc(p->columns.name.n + 1, sizeof *p->number);
    p->figure = ad_figure_new(cfg, stream->timed ? stream->clock : NULL);
    return p->number && p->figure ? 0 : ad_err_nomem(err);
}

void ad_plotter_close(struct ad_plotter *p)
{
    ad_columns_free(&p->columns);
    ad_figure_free(p->figure);
    free(p->number);
    p->figure = NULL;
    p->number = NULL;
}

static const char *read_number(const struct ad_plotter *p, struct ad_str text, bool flag, double *x)
{
    *x = (double)NAN;
    if (!text.s || ad_str_is_missing(text) || ad_names_find(p->stream.na, text) >= 0)
        return NULL;
    if (!flag)
        return ad_number_parse(text, x) ? "not a number" : NULL;
    *x = ad_label_parse(text);
    return isnan(*x) ? "not a flag (0 or 1)" : NULL;
}

const char *ad_plotter_read(struct ad_plotter *p, const struct ad_str *text, size_t *at)
{
    for (size_t i = 0; i < p->columns.name.n; i++) {
        enum ad_role role = p->columns.role[i];
        if (role >= AD_ROLE_NUMBERS)
            continue;
        const char *wrong = read_number(p, text[i], role == AD_ROLE_FLAG, &p->number[i]);
        *at = i;
        if (wrong)
            return wrong;
    }
    return NULL;
}

struct ad_plotter_group *ad_plotter_group_new(struct ad_plotter *p)
{
    size_t n = p->stream.field->n;
    struct ad_plotter_group *g = calloc(1, sizeof *g + n * sizeof(struct ad_panel *));
    if (g)
        g->plotter = p;
    return g;
}

void ad_plotter_group_free(struct ad_plotter_group *g)
{
    if (!g)
        return;
    struct ad_plotter *p = g->plotter;
    for (size_t i = 0; p->figure && i < p->stream.field->n; i++)
        if (g->panel[i])
            ad_figure_drop(p->figure, g->panel[i]);
    free(g);
}

/* `web1, eu: cpu`; a field that is just called value is no news beside its group. */
static int make_title(const struct ad_plotter *p, const struct ad_item *item, size_t i,
                      struct ad_buf *out)
{
    const struct ad_str field = p->stream.field->v[i];
    size_t ngroup = p->stream.group->n;
    for (size_t k = 0; k < ngroup; k++) {
        ad_buf_addz(out, k ? ", " : "");
        if (item->group[k].s && item->group[k].len)
            ad_buf_add(out, item->group[k].s, item->group[k].len);
        else
            ad_buf_addz(out, "-");
    }
    if (ngroup && (p->stream.field->n > 1 || !ad_str_eq(field, ad_str_of("value"))))
        ad_buf_addz(out, ": ");
    else if (ngroup)
        return out->failed ? -1 : 0;
    return ad_buf_add(out, field.s, field.len);
}

static int add_windows(const struct ad_plotter *p, const struct ad_item *item,
                       struct ad_panel *panel, struct ad_err *err)
{
    struct ad_buf key = {0};
    struct ad_stretch *v;
    ad_buf_addz(&key, p->key ? p->key : "");
    for (size_t k = 0; !p->key && k < p->stream.group->n; k++) {
        ad_buf_addz(&key, k ? "/" : "");
        ad_buf_add(&key, item->group[k].s, item->group[k].s ? item->group[k].len : 0);
    }
    ptrdiff_t n =
        ad_windows_of(p->windows, (struct ad_str){key.s, key.len}, p->stream.clock, &v, err);
    int rc = n < 0 ? -1 : 0;
    for (ptrdiff_t i = 0; rc == 0 && i < n; i++)
        if (ad_panel_window(panel, v[i].from, v[i].to))
            rc = ad_err_nomem(err);
    if (key.failed)
        rc = ad_err_nomem(err);
    free(v);
    ad_buf_free(&key);
    return rc;
}

static struct ad_panel *make_panel(struct ad_plotter *p, const struct ad_item *item, size_t i,
                                   struct ad_err *err)
{
    struct ad_buf title = {0};
    struct ad_panel *panel = NULL;
    if (make_title(p, item, i, &title) == 0)
        panel = ad_figure_panel(p->figure, (struct ad_str){title.s, title.len});
    ad_buf_free(&title);
    if (!panel)
        ad_err_nomem(err);
    else if (p->windows && add_windows(p, item, panel, err))
        return NULL;
    return panel;
}

static double number_of(const struct ad_plotter *p, const struct ad_roles *of, enum ad_role role)
{
    return of->at[role] == SIZE_MAX ? (double)NAN : p->number[of->at[role]];
}

static struct ad_str text_of(const struct ad_item *item, const struct ad_roles *of,
                             enum ad_role role)
{
    const struct ad_str nothing = {"", 0};
    return of->at[role] == SIZE_MAX || !item->more[of->at[role]].s ? nothing
                                                                   : item->more[of->at[role]];
}

/* Whether what a column tells is told of this field. */
static bool concerns(const struct ad_item *item, const struct ad_roles *of, enum ad_role role,
                     struct ad_str field)
{
    return of->at[role] == SIZE_MAX || ad_str_eq(text_of(item, of, role), field);
}

static struct ad_point make_point(const struct ad_plotter *p, const struct ad_item *item, size_t i,
                                  double at)
{
    const struct ad_roles *of = &p->columns.of[i];
    const struct ad_str field = p->stream.field->v[i], state = text_of(item, of, AD_ROLE_STATE);
    struct ad_point point = {.at = at,
                             .value = item->sample.x[i],
                             .expected = (double)NAN,
                             .lower = (double)NAN,
                             .upper = (double)NAN,
                             .score = (double)NAN,
                             .labelled = item->sample.label > 0,
                             .apart = ad_str_eq(state, ad_str_of("nodata"))};
    if (concerns(item, of, AD_ROLE_FIELD, field)) {
        double flag = number_of(p, of, AD_ROLE_FLAG);
        point.score = number_of(p, of, AD_ROLE_SCORE);
        point.flagged = isnan(flag) ? point.score >= 0.5 : flag > 0;
    }
    /* Of several fields each record has the bounds of one; here and there they are no band. */
    bool band = p->stream.field->n == 1 || of->at[AD_ROLE_BAND_FIELD] == SIZE_MAX || point.flagged;
    if (!band || !concerns(item, of, AD_ROLE_BAND_FIELD, field))
        return point;
    point.shift = ad_str_eq(state, ad_str_of("shift"));
    point.expected = number_of(p, of, AD_ROLE_EXPECTED);
    point.lower = number_of(p, of, AD_ROLE_LOWER);
    point.upper = number_of(p, of, AD_ROLE_UPPER);
    /* A side that has no bound is left empty. */
    if (isnan(point.lower) != isnan(point.upper)) {
        point.lower = isnan(point.lower) ? -(double)INFINITY : point.lower;
        point.upper = isnan(point.upper) ? (double)INFINITY : point.upper;
    }
    return point;
}

int ad_plotter_add(struct ad_plotter *p, struct ad_plotter_group *g, struct ad_item *item,
                   struct ad_err *err)
{
    double at = p->stream.timed ? item->sample.t : ++p->rows;
    if (at < p->from || at > p->to)
        return 0;
    for (size_t i = 0; i < p->stream.field->n; i++) {
        struct ad_point point = make_point(p, item, i, at);
        const struct ad_roles *of = &p->columns.of[i];
        item->flagged |= point.flagged;
        if (!g->panel[i] && !(g->panel[i] = make_panel(p, item, i, err)))
            return -1;
        if (ad_figure_add(p->figure, g->panel[i], &point,
                          ad_severity_parse(text_of(item, of, AD_ROLE_SEVERITY)),
                          text_of(item, of, AD_ROLE_REASON)))
            return ad_err_nomem(err);
    }
    p->figure->records++;
    p->figure->flagged += item->flagged;
    return 0;
}
