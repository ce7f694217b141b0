#include "alert/policy_private.h"
#include "base/pack.h"
#include "record/json.h"

#include <stdlib.h>

enum { VERSION = 1, FLAG_ABSENT = 1, FLAG_TOLD = 2 };
enum { LINK_TOLD = 1, LINK_CLOSED = 2, LINK_WAITING = 4 };

/* A list of texts, some of them absent. */
static void save_texts(struct ad_save *out, const struct ad_str *v, size_t n)
{
    ad_save_u64(out, n);
    for (size_t i = 0; i < n; i++) {
        ad_save_u64(out, v[i].s != NULL);
        ad_save_str(out, v[i].s ? v[i] : (struct ad_str){"", 0});
    }
}

static struct ad_str load_text(struct ad_load *in)
{
    bool there = ad_load_max(in, 1);
    struct ad_str v = ad_load_str(in);
    return there ? v : (struct ad_str){NULL, 0};
}

static void save_link(struct ad_save *out, const struct ad_policy *p, const struct ad_link *l)
{
    unsigned flags = (l->told ? LINK_TOLD : 0u) | (l->closed ? LINK_CLOSED : 0u) |
                     (l->guard == AD_GUARD_RATE ? LINK_WAITING : 0u);
    ad_save_str(out, p->plan.outlet[l->channel].name);
    ad_save_str(out, l->route->name);
    ad_save_u64(out, flags);
    ad_save_u64(out, (uint64_t)l->severity);
    ad_save_u64(out, l->level);
    ad_save_u64(out, l->wanted);
    ad_save_f64(out, l->sent);
    ad_save_f64(out, l->last);
    ad_save_u64(out, l->repeats);
    ad_save_u64(out, l->held);
    ad_save_u64(out, l->counted);
    ad_save_u64(out, l->epoch);
}

int ad_open_pack(const struct ad_policy *p, struct ad_open *o)
{
    struct ad_buf *b = &o->text[AD_OPEN_MORE];
    struct ad_save out = {b};
    b->len = 0;
    ad_save_u64(&out, VERSION);
    ad_save_u64(&out, (o->absent ? FLAG_ABSENT : 0u) | (o->told ? FLAG_TOLD : 0u));
    ad_save_f64(&out, o->bad);
    ad_save_f64(&out, o->over.at);
    ad_save_f64(&out, o->cool_from);
    ad_save_u64(&out, (uint64_t)o->cooled);
    ad_save_u64(&out, (uint64_t)o->accepted);
    ad_save_u64(&out, o->acknowledged);
    save_texts(&out, o->group.v, o->group.n);
    save_texts(&out, p->plan.words.field.v, o->field.n);
    save_texts(&out, o->field.v, o->field.n);
    ad_save_u64(&out, o->nlink);
    for (size_t i = 0; i < o->nlink; i++)
        save_link(&out, p, &o->link[i]);
    o->in.more = (struct ad_str){b->s, b->len};
    return b->failed ? -1 : 0;
}

static const struct ad_route *find_route(const struct ad_policy *p, struct ad_str name)
{
    for (size_t i = 0; i < p->plan.nroute; i++)
        if (ad_str_eq(p->plan.route[i].name, name))
            return &p->plan.route[i];
    return NULL;
}

/* A link of a channel and a route that there still are. */
static int load_link(struct ad_load *in, struct ad_policy *p, struct ad_open *o)
{
    ptrdiff_t channel = ad_plan_outlet(&p->plan, ad_load_str(in));
    const struct ad_route *route = find_route(p, ad_load_str(in));
    struct ad_link l = {0}, *to;
    unsigned flags = (unsigned)ad_load_max(in, 7);
    l.severity = (enum ad_severity)ad_load_max(in, AD_CRITICAL);
    l.level = (unsigned)ad_load_max(in, UINT32_MAX);
    l.wanted = (unsigned)ad_load_max(in, UINT32_MAX);
    l.sent = ad_load_f64(in);
    l.last = ad_load_f64(in);
    l.repeats = ad_load_u64(in);
    l.held = ad_load_u64(in);
    l.counted = (unsigned)ad_load_max(in, (1u << AD_GUARDS) - 1);
    l.epoch = ad_load_u64(in);
    if (in->failed || channel < 0)
        return in->failed ? -1 : 0;
    if (ad_open_link(p, o, (size_t)channel, route ? route : &p->plan.route[p->plan.nroute - 1],
                     l.wanted, &to))
        return -1;
    l.channel = to->channel;
    l.route = to->route;
    l.bundle = to->bundle;
    l.told = flags & LINK_TOLD;
    l.closed = flags & LINK_CLOSED;
    if (l.told && !(isfinite(l.sent) && isfinite(l.last)))
        l.sent = l.last = p->wall;
    ad_link_release(p, to);
    *to = l;
    if (flags & LINK_WAITING) {
        to->guard = AD_GUARD_RATE;
        p->line[channel].waiting++;
        return ad_due_set(&p->due, &p->line[channel].due, p->wall);
    }
    return 0;
}

/* The fields by the names that they had, in the order of the names of today. */
static int load_fields(struct ad_load *in, struct ad_policy *p, struct ad_open *o)
{
    size_t n = (size_t)ad_load_max(in, in->in.len);
    struct ad_str *name = calloc(2 * n + 1, sizeof *name), *value = name ? name + n : NULL;
    struct ad_str *field = calloc(p->plan.words.field.n + 1, sizeof *field);
    for (size_t i = 0; name && i < n; i++)
        name[i] = load_text(in);
    bool right = ad_load_u64(in) == n;
    for (size_t i = 0; name && i < n; i++)
        value[i] = load_text(in);
    for (size_t i = 0; name && field && i < n; i++) {
        ptrdiff_t at = ad_names_find(&p->plan.words.field, name[i]);
        if (at >= 0)
            field[at] = value[i];
    }
    int rc = name && field && right && !in->failed ? 0 : -1;
    if (rc == 0 && p->plan.words.field.n)
        rc = ad_names_set(&o->field, field, p->plan.words.field.n);
    free(name);
    free(field);
    return rc;
}

static int load_group(struct ad_load *in, struct ad_policy *p, struct ad_open *o)
{
    size_t n = (size_t)ad_load_max(in, in->in.len), want = p->plan.words.group.n;
    struct ad_str *v = calloc((n > want ? n : want) + 1, sizeof *v);
    for (size_t i = 0; v && i < n; i++)
        v[i] = load_text(in);
    int rc = v && !in->failed ? ad_names_set(&o->group, v, want) : -1;
    free(v);
    return rc;
}

static int load_more(struct ad_policy *p, struct ad_open *o, struct ad_str more, double *over)
{
    struct ad_load in = {more, false};
    if (ad_load_u64(&in) != VERSION)
        return -1;
    unsigned flags = (unsigned)ad_load_max(&in, 3);
    o->absent = flags & FLAG_ABSENT;
    o->told = flags & FLAG_TOLD;
    o->bad = ad_load_finite(&in);
    *over = ad_load_f64(&in);
    o->cool_from = ad_load_f64(&in);
    o->cooled = (enum ad_severity)ad_load_max(&in, AD_CRITICAL);
    o->accepted = (enum ad_severity)ad_load_max(&in, AD_CRITICAL);
    o->acknowledged = ad_load_u64(&in);
    if (load_group(&in, p, o) || load_fields(&in, p, o))
        return -1;
    size_t n = (size_t)ad_load_max(&in, in.in.len);
    for (size_t i = 0; i < n; i++)
        if (load_link(&in, p, o))
            return -1;
    return in.failed || in.in.len || isnan(*over) || isnan(o->cool_from) ? -1 : 0;
}

static bool is_id(const char *id)
{
    size_t n = 0;
    while (n < AD_INCIDENT_ID && id[n] && strchr("0123456789abcdef", id[n]))
        n++;
    return n == AD_INCIDENT_ID && id[n] == '\0';
}

static bool is_object(struct ad_str json)
{
    struct ad_json_line line;
    return json.len && *json.s == '{' && ad_json_scan(NULL, json, NULL, &line) == 0;
}

/* Numbers within what they may be. */
static bool is_sane(const struct ad_incident *in)
{
    return is_id(in->id) && in->state <= AD_INCIDENT_EXPIRED && in->severity <= AD_CRITICAL &&
           in->worst <= AD_CRITICAL && in->worst > AD_SEVERITY_NONE && isfinite(in->started) &&
           isfinite(in->updated) && !isinf(in->resolved) && !isinf(in->level_since) &&
           in->level < 1000000;
}

static int copy_texts(struct ad_open *o, const struct ad_incident *in)
{
    struct ad_str none = ad_str_of("{}");
    return ad_open_text(o, AD_OPEN_DETECTOR, in->detector) ||
                   ad_open_text(o, AD_OPEN_RULE, in->rule) ||
                   ad_open_text(o, AD_OPEN_TAGS, in->tags) ||
                   ad_open_text(o, AD_OPEN_REASON, in->reason) ||
                   ad_open_text(o, AD_OPEN_BY, in->acknowledged_by) ||
                   ad_open_text(o, AD_OPEN_GROUP, is_object(in->group) ? in->group : none) ||
                   ad_open_text(o, AD_OPEN_RECORD, is_object(in->record) ? in->record : none)
               ? -1
               : 0;
}

/* Go on without what cannot be read: rather tell once more than not at all. */
static int forget(struct ad_policy *p, struct ad_open *o, double *over)
{
    struct ad_str *v = calloc(p->plan.words.group.n + 1, sizeof *v);
    int rc = v ? ad_names_set(&o->group, v, p->plan.words.group.n) : -1;
    free(v);
    for (size_t i = 0; i < o->nlink; i++)
        o->link[i].told = false;
    o->told = o->absent = false;
    o->bad = o->in.updated;
    o->cool_from = -INFINITY;
    *over = NAN;
    return rc;
}

/* Put a copy of it into the policy. */
static int adopt(struct ad_policy *p, struct ad_open *o, const struct ad_incident *in)
{
    struct ad_incident copy = *in;
    const struct ad_incident was = o->in;
    double over = 0;
    copy.key = was.key;
    o->in = copy;
    ad_open_begin(o, in->started);
    if (copy_texts(o, in))
        return -1;
    if (load_more(p, o, in->more, &over) && forget(p, o, &over))
        return -1;
    if (ad_open_route(p, o)) /* channels may have come with the configuration */
        return -1;
    o->dirty = false;
    if (isnan(over))
        over = fmax(p->clock, o->bad) + o->route[0]->set.resolve_after;
    if (!ad_open_is_over(o) && ad_due_set(&p->over, &o->over, o->absent ? INFINITY : over))
        return -1;
    if (o->told && in->worst >= AD_CRITICAL && !ad_open_is_over(o))
        ad_open_mute(p, o);
    struct ad_watch *w = o->absent ? ad_watch_find(p, &o->group, true) : NULL;
    if (w)
        w->absent = true;
    return in->state == AD_INCIDENT_PENDING ? 0 : ad_due_set(&p->due, &o->due, p->wall);
}

int ad_policy_restore(struct ad_policy *p, const struct ad_incident *in, struct ad_err *err)
{
    if (!is_sane(in))
        return ad_err_set(err, "an incident in the database is not one");
    struct ad_open *old = ad_open_by_id(p, in->id);
    if (old)
        ad_open_free(p, old);
    if (in->state == AD_INCIDENT_RESOLVED || in->state == AD_INCIDENT_EXPIRED)
        return 0;
    struct ad_open *o = ad_open_new(p, in->key, in->id);
    if (!o)
        return ad_err_nomem(err);
    if (adopt(p, o, in) == 0)
        return 0;
    ad_open_free(p, o);
    return ad_err_nomem(err);
}
