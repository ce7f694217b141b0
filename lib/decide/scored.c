#include "decide/scored.h"

#include <stdlib.h>

enum { MILLION = 1000000 };

static const char *check(const void *cfg)
{
    (void)cfg;
    return NULL;
}

static void *create(const void *cfg, const struct ad_setup *setup)
{
    struct ad_scored *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->cfg = cfg;
    s->fields = setup->nfield;
    s->score = calloc(s->fields, sizeof *s->score);
    if (s->score)
        return s;
    free(s);
    return NULL;
}

static void destroy(void *state)
{
    struct ad_scored *s = state;
    if (!s)
        return;
    for (size_t f = 0; f < s->fields; f++) {
        free(s->score[f].code);
        free(s->score[f].x);
    }
    free(s->score);
    free(s->t);
    free(s->window);
    free(s);
}

/* Make room for n numbers of this size at *place, which may be NULL. */
static int grow(void *place, size_t n, size_t size)
{
    void **at = place;
    void *grown = realloc(*at, n * size);
    if (!grown)
        return -1;
    *at = grown;
    return 0;
}

static int make_room(struct ad_scored *s, bool timed)
{
    size_t room = s->room ? 2 * s->room : 16;
    for (size_t f = 0; f < s->fields; f++) {
        struct ad_scores *score = s->score + f;
        if (score->x ? grow(&score->x, room, sizeof *score->x)
                     : grow(&score->code, room, sizeof *score->code))
            return -1;
    }
    if (timed && grow(&s->t, room, sizeof *s->t))
        return -1;
    s->room = room;
    return 0;
}

static double score_of(const struct ad_scores *s, size_t i)
{
    if (s->x)
        return s->x[i];
    return s->code[i] == AD_LEVEL_NONE ? (double)NAN : s->code[i] / 1e6;
}

/* From now on keep the field's scores as they are. */
static int keep_exact(struct ad_scored *s, struct ad_scores *score)
{
    double *x = malloc(s->room * sizeof *x);
    if (!x)
        return -1;
    for (size_t i = 0; i < s->n; i++)
        x[i] = score_of(score, i);
    free(score->code);
    *score = (struct ad_scores){.x = x};
    return 0;
}

/* The score as millionths, or -1 if it is not a number of them from 0 to 1. */
static long millionths(double x)
{
    if (!(x >= 0 && x <= 1))
        return -1;
    long code = (long)(x * 1e6 + 0.5);
    return (double)code / 1e6 < x || (double)code / 1e6 > x ? -1 : code;
}

static int add_score(struct ad_scored *s, struct ad_scores *score, double x)
{
    long code = isnan(x) ? 0 : millionths(x);
    if (code < 0 && !score->x && keep_exact(s, score))
        return -1;
    if (score->x)
        score->x[s->n] = x;
    else
        score->code[s->n] = isnan(x) ? AD_LEVEL_NONE : (uint32_t)code;
    return 0;
}

int ad_scored_window(struct ad_scored *s, size_t first, size_t last)
{
    if (s->windows == s->window_room) {
        size_t room = s->window_room ? 2 * s->window_room : 4;
        if (grow(&s->window, room, sizeof *s->window))
            return -1;
        s->window_room = room;
    }
    s->window[s->windows++] = (struct ad_span){first, last};
    return 0;
}

static int learn(void *state, const struct ad_sample *sample, const struct ad_line *line,
                 const struct ad_verdict *verdict)
{
    (void)line, (void)verdict;
    struct ad_scored *s = state;
    bool timed = s->n ? s->t != NULL : !isnan(sample->t);
    if (isnan(sample->label) && !s->cfg->windowed && !s->cfg->all_normal)
        return 0;
    if (s->n == s->room && make_room(s, timed))
        return -1;
    for (size_t f = 0; f < s->fields; f++)
        if (add_score(s, s->score + f, sample->x[f]))
            return -1;
    if (timed)
        s->t[s->n] = sample->t;
    size_t at = s->n++;
    if (s->cfg->windowed || !(sample->label > 0))
        return 0;
    if (s->windows && s->window[s->windows - 1].last + 1 == at) {
        s->window[s->windows - 1].last = at;
        return 0;
    }
    return ad_scored_window(s, at, at);
}

const struct ad_detector ad_scored = {
    .name = "eval",
    .flags = AD_MULTI | AD_RAW | AD_SCORES | AD_LISTENS | AD_BATCH,
    .check = check,
    .create = create,
    .destroy = destroy,
    .learn = learn,
};

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* All different scores of a field, in order, from level 1 on. */
static int sort_values(struct ad_scored *const *series, size_t n, size_t field,
                       struct ad_levels *levels)
{
    size_t all = 0, used = 1;
    for (size_t i = 0; i < n; i++)
        all += series[i]->n;
    double *v = levels->value = malloc((all + 1) * sizeof *v);
    if (!v)
        return -1;
    size_t found = 1;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < series[i]->n; k++) {
            v[found] = score_of(series[i]->score + field, k);
            found += isnan(v[found]) ? 0 : 1;
        }
    qsort(v + 1, found - 1, sizeof *v, by_value);
    for (size_t i = 1; i < found; i++)
        if (used == 1 || v[i] > v[used - 1])
            v[used++] = v[i];
    levels->n = used;
    return 0;
}

size_t ad_level_at(const struct ad_levels *l, double x)
{
    size_t lo = 1, hi = l->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (ad_level_value(l, mid) >= x)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

/* Levels of one series in place of its scores. */
static int rank_values(struct ad_scored *s, size_t field, const struct ad_levels *levels)
{
    struct ad_scores *score = s->score + field;
    uint32_t *code = malloc((s->n + 1) * sizeof *code);
    if (!code)
        return -1;
    for (size_t i = 0; i < s->n; i++) {
        double x = score_of(score, i);
        code[i] = isnan(x) ? AD_LEVEL_NONE : (uint32_t)ad_level_at(levels, x);
    }
    free(score->x);
    free(score->code);
    *score = (struct ad_scores){.code = code};
    return 0;
}

int ad_scored_levels(struct ad_scored *const *series, size_t n, size_t field,
                     struct ad_levels *levels)
{
    bool exact = false;
    for (size_t i = 0; i < n; i++)
        exact |= series[i]->score[field].x != NULL;
    *levels = (struct ad_levels){.n = MILLION + 2};
    if (exact && sort_values(series, n, field, levels))
        return -1;
    for (size_t i = 0; i < n; i++) {
        uint32_t *code = series[i]->score[field].code;
        if (exact && rank_values(series[i], field, levels))
            return -1;
        for (size_t k = 0; !exact && k < series[i]->n; k++)
            code[k] += code[k] != AD_LEVEL_NONE;
    }
    return 0;
}

void ad_levels_free(struct ad_levels *l)
{
    free(l->value);
    *l = (struct ad_levels){0};
}

/* Whether record i has all scores that it needs. */
static bool is_whole(const struct ad_scored *s, const bool *counts, size_t i)
{
    for (size_t f = 0; f < s->fields; f++)
        if (counts[f] && s->score[f].code[i] == AD_LEVEL_NONE)
            return false;
    return true;
}

static void fill(struct ad_scored *s)
{
    for (size_t f = 0; f < s->fields; f++)
        for (size_t i = 0; i < s->n; i++)
            if (s->score[f].code[i] == AD_LEVEL_NONE)
                s->score[f].code[i] = 0;
}

void ad_scored_settle(struct ad_scored *s, const bool *counts, bool low)
{
    size_t used = 0, w = 0, kept = 0, before = 0;
    for (size_t i = 0; !low && i < s->n; i++) {
        bool last = w < s->windows && s->window[w].last == i;
        if (w < s->windows && s->window[w].first == i)
            before = used;
        if (is_whole(s, counts, i)) {
            for (size_t f = 0; f < s->fields; f++)
                s->score[f].code[used] = s->score[f].code[i];
            if (s->t)
                s->t[used] = s->t[i];
            used++;
        }
        if (last && used > before)
            s->window[kept++] = (struct ad_span){before, used - 1};
        w += last;
    }
    if (!low) {
        s->n = used;
        s->windows = kept;
    }
    fill(s);
}
