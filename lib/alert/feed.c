#include "alert/feed.h"

#include <stdlib.h>
#include <time.h>

/* Fields of records that mean something to every configuration. */
enum { SEVERITY, RULE, TAGS, USUAL };
static const char *const usual[] = {"severity", "rule", "tags"};

/* Names between commas into out[], or only counted. */
static size_t split(const char *list, struct ad_str *out)
{
    size_t n = 0;
    for (size_t len; list && *list; list += len + (list[len] == ',')) {
        len = strcspn(list, ",");
        if (len && out)
            out[n] = (struct ad_str){list, len};
        n += len > 0;
    }
    return n;
}

int ad_feed_open(struct ad_feed *f, const struct ad_names *policy, const struct ad_names *group,
                 const char *dedup, struct ad_err *err)
{
    f->group = group;
    f->npolicy = policy->n;
    f->ndedup = split(dedup, NULL);
    f->newest = NAN;
    size_t n = 0, all = policy->n + USUAL + f->ndedup;
    struct ad_str *name = calloc(all, sizeof *name);
    if (!name)
        return ad_err_nomem(err);
    for (; n < policy->n; n++)
        name[n] = policy->v[n];
    for (size_t i = 0; i < USUAL; i++)
        name[n++] = ad_str_of(usual[i]);
    split(dedup, name + n);
    int rc = ad_names_set(&f->more, name, all) ? ad_err_nomem(err) : 0;
    free(name);
    return rc;
}

void ad_feed_free(struct ad_feed *f)
{
    ad_names_free(&f->more);
    ad_buf_free(&f->key);
}

int ad_feed_lacks(const struct ad_feed *f, size_t i, struct ad_err *err)
{
    struct ad_str v = f->more.v[i];
    if (i < f->npolicy + USUAL)
        return 0;
    return ad_err_set(err, "--dedup: no field \"%.*s\"", (int)v.len, v.s);
}

static void add_part(struct ad_buf *key, struct ad_str name, struct ad_str value)
{
    ad_buf_addz(key, key->len ? "," : "");
    ad_buf_add(key, name.s, name.len);
    ad_buf_addz(key, "=");
    if (value.s)
        ad_buf_add(key, value.s, value.len);
}

struct ad_str ad_feed_key(struct ad_feed *f, const struct ad_item *item)
{
    f->key.len = 0;
    if (!(item->sample.t <= f->newest))
        f->newest = item->sample.t;
    for (size_t i = f->more.n - f->ndedup; i < f->more.n; i++)
        add_part(&f->key, f->more.v[i], item->more[i]);
    if (!f->ndedup)
        add_part(&f->key, ad_str_of("detector"), item->detector);
    for (size_t i = 0; !f->ndedup && i < f->group->n; i++)
        add_part(&f->key, f->group->v[i], item->group[i]);
    return (struct ad_str){f->key.failed ? NULL : f->key.s, f->key.len};
}

struct ad_event ad_feed_event(struct ad_feed *f, const struct ad_item *item, struct ad_str key)
{
    const struct ad_str *own = item->more + f->npolicy;
    struct ad_event ev = {.t = item->sample.t,
                          .key = key,
                          .score = item->sample.x[0],
                          .flagged = item->raised,
                          .severity = ad_severity_parse(own[SEVERITY]),
                          .detector = item->detector,
                          .rule = own[RULE],
                          .tags = own[TAGS],
                          .reason = item->reason,
                          .group = item->group,
                          .field = item->more};
    if (isnan(ev.t))
        ev.t = (double)time(NULL);
    if (ev.severity == AD_SEVERITY_NONE)
        ev.severity = ad_severity_of(&f->scale, ev.score);
    if (ev.flagged)
        ev.record = ad_item_json(item);
    return ev;
}
