#include "alert/engine_private.h"

#include <stdlib.h>

/* Silences as the policy takes them. */
struct silences {
    struct ad_silence *v;
    char **text;
    size_t n;
};

static int add_silence(void *arg, const struct ad_silence *s)
{
    struct silences *all = arg;
    struct ad_silence *v = realloc(all->v, (all->n + 1) * sizeof *v);
    if (v)
        all->v = v;
    char **text = realloc(all->text, (all->n + 1) * sizeof(char *));
    if (text)
        all->text = text;
    char *copy = v && text ? malloc(s->matchers.len + 1) : NULL;
    if (!copy)
        return -1;
    memcpy(copy, s->matchers.s ? s->matchers.s : "", s->matchers.len);
    all->text[all->n] = copy;
    all->v[all->n] = *s;
    all->v[all->n].matchers = (struct ad_str){copy, s->matchers.len};
    all->v[all->n].by = all->v[all->n].comment = (struct ad_str){"", 0};
    all->n++;
    return 0;
}

static int hear_silences(struct ad_engine *e, struct ad_err *err)
{
    struct silences all = {0};
    struct ad_err why = {0};
    int rc = ad_store_each_silence(e->store, ad_engine_wall(e), add_silence, &all, err);
    if (rc == 0 && ad_policy_silences(e->policy, all.v, all.n, &why))
        e->cfg.say(e->cfg.arg, why.text ? why.text : "a silence cannot be understood");
    ad_err_free(&why);
    for (size_t i = 0; i < all.n; i++)
        free(all.text[i]);
    free(all.text);
    free(all.v);
    return rc;
}

static int act(struct ad_engine *e, const struct ad_request *r)
{
    double wall = ad_engine_wall(e);
    switch (r->what) {
    case AD_REQUEST_ACKNOWLEDGE:
        return ad_policy_acknowledge(e->policy, r->incident, r->by, wall, &e->sink);
    case AD_REQUEST_UNACKNOWLEDGE:
        return ad_policy_unacknowledge(e->policy, r->incident, wall, &e->sink);
    default:
        return ad_policy_resolve(e->policy, r->incident, r->by, wall, &e->sink);
    }
}

/* What people asked for since the last time. */
static int hear_requests(struct ad_engine *e, struct ad_err *err)
{
    struct ad_request r;
    int rc;
    while ((rc = ad_store_next_request(e->store, e->asked, &r, err)) == 1) {
        if (act(e, &r) < 0 || ad_journal_answer(&e->journal, r.id))
            return ad_err_nomem(err);
        e->asked = r.id;
    }
    return rc;
}

int ad_engine_hear(struct ad_engine *e, struct ad_err *err)
{
    int changed = e->store ? ad_store_changed(e->store, err) : 0;
    if (changed <= 0)
        return changed;
    int rc = hear_silences(e, err);
    return rc ? rc : hear_requests(e, err);
}
