#include "alert/journal.h"

#include <stdlib.h>

/* One thing that was said. The texts stand behind it. */
struct ad_journal_entry {
    enum { INCIDENT, NOTICE, ANSWER } kind;
    union {
        struct ad_incident incident;
        struct ad_notice notice;
        int64_t request;
    };
    char text[];
};

/* Room for an entry with so many bytes of text, and a place for it. */
static struct ad_journal_entry *add(struct ad_journal *j, size_t text)
{
    if (j->n == j->cap) {
        size_t cap = j->cap ? 2 * j->cap : 64;
        struct ad_journal_entry **v = realloc(j->v, cap * sizeof(struct ad_journal_entry *));
        if (!v)
            return NULL;
        j->v = v;
        j->cap = cap;
    }
    struct ad_journal_entry *e = malloc(sizeof *e + text);
    if (e)
        j->v[j->n++] = e;
    return e;
}

/* Move a text behind the entry. */
static void keep(char **at, struct ad_str *v)
{
    if (!v->s)
        return;
    memcpy(*at, v->s, v->len);
    v->s = *at;
    *at += v->len;
}

int ad_journal_incident(struct ad_journal *j, const struct ad_incident *in)
{
    const struct ad_str *const texts[] = {&in->key,   &in->detector, &in->rule,
                                          &in->tags,  &in->reason,   &in->route,
                                          &in->group, &in->record,   &in->acknowledged_by,
                                          &in->more};
    size_t size = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        size += texts[i]->len;
    struct ad_journal_entry *e = add(j, size);
    if (!e)
        return -1;
    e->kind = INCIDENT;
    e->incident = *in;
    struct ad_incident *c = &e->incident;
    struct ad_str *const copies[] = {
        &c->key,    &c->detector,        &c->rule, &c->tags, &c->reason, &c->route, &c->group,
        &c->record, &c->acknowledged_by, &c->more};
    char *at = e->text;
    for (size_t i = 0; i < sizeof copies / sizeof *copies; i++)
        keep(&at, copies[i]);
    return 0;
}

int ad_journal_notice(struct ad_journal *j, const struct ad_notice *notice)
{
    struct ad_journal_entry *e = add(j, notice->channel.len + notice->doc.len);
    if (!e)
        return -1;
    e->kind = NOTICE;
    e->notice = *notice;
    char *at = e->text;
    keep(&at, &e->notice.channel);
    keep(&at, &e->notice.doc);
    return 0;
}

int ad_journal_answer(struct ad_journal *j, int64_t request)
{
    struct ad_journal_entry *e = add(j, 0);
    if (!e)
        return -1;
    e->kind = ANSWER;
    e->request = request;
    return 0;
}

int ad_journal_knows(const struct ad_journal *j, const struct ad_incident *in)
{
    for (size_t i = 0; i < j->n; i++) {
        const struct ad_incident *was = &j->v[i]->incident;
        if (j->v[i]->kind != INCIDENT)
            continue;
        if (strcmp(was->id, in->id) == 0 ||
            (ad_str_eq(was->key, in->key) && was->started <= in->started &&
             in->started <= was->updated))
            return 1;
    }
    return 0;
}

int ad_journal_write(const struct ad_journal *j, struct ad_store *store, double wall,
                     struct ad_err *err)
{
    int rc = 0;
    for (size_t i = 0; i < j->n && rc == 0; i++) {
        const struct ad_journal_entry *e = j->v[i];
        rc = e->kind == INCIDENT ? ad_store_put_incident(store, &e->incident, wall, err)
             : e->kind == NOTICE ? ad_store_put_notice(store, &e->notice, wall, err)
                                 : ad_store_answer(store, e->request, wall, err);
    }
    return rc;
}

void ad_journal_clear(struct ad_journal *j)
{
    for (size_t i = 0; i < j->n; i++)
        free(j->v[i]);
    j->n = 0;
}

void ad_journal_free(struct ad_journal *j)
{
    ad_journal_clear(j);
    free(j->v);
    *j = (struct ad_journal){0};
}
