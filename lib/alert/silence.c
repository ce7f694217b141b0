#include "alert/silence.h"
#include "alert/policy.h"
#include "base/time.h"

#include <math.h>
#include <stdlib.h>

static const char *const keys[] = {"match", "from",     "until",   "schedule",
                                   "zone",  "duration", "comment", NULL};

static void release(struct ad_quiet *q)
{
    ad_matchers_free(&q->match);
    ad_offsets_free(&q->zone);
}

/* Room for one more; v[n], which does not count yet, becomes in force always and everywhere. */
static struct ad_quiet *one_more(struct ad_quiets *q, struct ad_err *err)
{
    struct ad_quiet *more = realloc(q->v, (q->n + 1) * sizeof *more);
    if (!more) {
        ad_err_nomem(err);
        return NULL;
    }
    q->v = more;
    q->v[q->n] = (struct ad_quiet){.from = -INFINITY, .until = INFINITY};
    for (int i = 0; i < 2; i++)
        q->v[q->n].seen[i] = (struct ad_quiet_span){INFINITY, -INFINITY, false};
    return &q->v[q->n];
}

/* One key; the zone and the duration are read by those who need them. */
static int take(struct ad_quiet *q, const struct ad_section *s, const struct ad_pair *pair,
                const char *zone, struct ad_vocabulary *words, struct ad_err *err)
{
    const char *key = pair->key.s;
    if (strcmp(key, "match") == 0)
        return ad_matchers_parse(&q->match, pair->value, words, err);
    if (strcmp(key, "from") == 0)
        return ad_offsets_read(zone, pair->value, &q->from, err);
    if (strcmp(key, "until") == 0)
        return ad_offsets_read(zone, pair->value, &q->until, err);
    if (strcmp(key, "schedule") != 0)
        return 0;
    struct ad_str text = ad_section_get(s, "duration");
    double duration = 0;
    if (text.s && ad_duration_parse(text, &duration))
        return ad_err_set(err, "a duration is written like \"90m\"");
    q->scheduled = true;
    ad_offsets_free(&q->zone);
    return ad_schedule_parse(&q->schedule, pair->value, duration, err)
               ? -1
               : ad_offsets_make(&q->zone, zone, err);
}

int ad_quiets_add(struct ad_quiets *q, const struct ad_config *c, const struct ad_section *s,
                  const char *zone, struct ad_vocabulary *words, struct ad_err *err)
{
    if (ad_section_check(c, s, keys, err))
        return -1;
    struct ad_quiet *one = one_more(q, err);
    if (!one)
        return -1;
    one->maintenance = ad_str_eq(s->kind, ad_str_of("maintenance"));
    struct ad_str own = ad_section_get(s, "zone");
    for (size_t i = 0; i < s->n; i++)
        if (take(one, s, &s->pair[i], own.s ? own.s : zone, words, err)) {
            release(one);
            return ad_config_fail(c, s->pair[i].line, err, "%s: %s", s->pair[i].key.s, err->text);
        }
    if (!(one->from < one->until)) {
        release(one);
        return ad_config_fail(c, s->line, err, "it ends before it begins");
    }
    q->n++;
    return 0;
}

int ad_quiets_add_silence(struct ad_quiets *q, const struct ad_silence *s,
                          struct ad_vocabulary *words, struct ad_err *err)
{
    struct ad_quiet *one = one_more(q, err);
    if (!one)
        return -1;
    one->from = s->from;
    one->until = s->until;
    if (ad_matchers_parse(&one->match, s->matchers, words, err)) {
        release(one);
        return -1;
    }
    q->n++;
    return 0;
}

int ad_silence_check(const struct ad_silence *s, struct ad_err *err)
{
    struct ad_quiets q = {0};
    struct ad_vocabulary words = {0};
    int rc = ad_quiets_add_silence(&q, s, &words, err);
    if (rc == 0 && q.v[0].match.n == 0)
        rc = ad_err_set(err, "a silence of everything is not taken: name what it is about");
    if (rc == 0 && !(s->from < s->until))
        rc = ad_err_set(err, "it ends before it begins");
    ad_quiets_free(&q);
    ad_names_free(&words.field);
    return rc;
}

void ad_quiets_free(struct ad_quiets *q)
{
    for (size_t i = 0; i < q->n; i++)
        release(&q->v[i]);
    free(q->v);
    *q = (struct ad_quiets){0};
}

/* What holds at t, and from when until when it is known to. */
static struct ad_quiet_span look(const struct ad_quiet *q, double t)
{
    if (!(t >= q->from))
        return (struct ad_quiet_span){-INFINITY, q->from, false};
    if (!(t < q->until))
        return (struct ad_quiet_span){q->until, INFINITY, false};
    struct ad_quiet_span span = {q->scheduled ? t : q->from, INFINITY, true};
    if (q->scheduled)
        span.in_force = ad_schedule_has(&q->schedule, &q->zone, t, &span.until);
    span.until = fmin(span.until, q->until);
    return span;
}

bool ad_quiets_find(struct ad_quiets *q, bool maintenance, const struct ad_scene *scene, double t,
                    enum ad_quiet_clock clock, double *until)
{
    for (size_t i = 0; i < q->n; i++) {
        struct ad_quiet *one = &q->v[i];
        if (one->maintenance != maintenance)
            continue;
        struct ad_quiet_span *seen = &one->seen[clock];
        if (!(t >= seen->from && t < seen->until))
            *seen = look(one, t);
        if (seen->in_force && ad_matchers_hold(&one->match, scene)) {
            *until = seen->until;
            return true;
        }
    }
    return false;
}
