#include "alert/store_private.h"

#include <math.h>
#include <stdio.h>

#define COLUMNS                                                                                    \
    "number, id, incident, event, state, channel, doc, why, attempts, owner, made, ready, done"

int ad_store_put_notice(struct ad_store *store, const struct ad_notice *n, double wall,
                        struct ad_err *err)
{
    bool own;
    int rc = ad_store_enter(store, &own, err);
    if (rc)
        return rc;
    struct ad_sql q;
    if (n->event == AD_NOTICE_REFRESH) {
        q = ad_sql(store, "DELETE FROM notice WHERE incident = ? AND channel = ? AND state = 0"
                          " AND event = ? AND owner = 0");
        ad_sql_text(&q, ad_str_of(n->incident));
        ad_sql_text(&q, n->channel);
        ad_sql_int(&q, n->event);
        rc = ad_sql_run(&q, err);
    }
    if (rc == 0) {
        q = ad_sql(store, "INSERT INTO notice (id, incident, event, state, channel, doc, why,"
                          " attempts, owner, made, ready)"
                          " VALUES (?, ?, ?, 0, ?, ?, '', 0, 0, ?, ?) ON CONFLICT DO NOTHING");
        ad_sql_text(&q, ad_str_of(n->id));
        ad_sql_text(&q, ad_str_of(n->incident));
        ad_sql_int(&q, n->event);
        ad_sql_text(&q, n->channel);
        ad_sql_text(&q, n->doc);
        ad_sql_real(&q, wall);
        ad_sql_real(&q, isfinite(n->due) ? n->due : wall);
        rc = ad_sql_run(&q, err);
    }
    return ad_store_leave(store, own, rc, err);
}

static int read_row(struct ad_sql *q, struct ad_outgoing *n, struct ad_err *err)
{
    n->number = ad_sql_get_int(q);
    ad_sql_get_id(q, n->id);
    ad_sql_get_id(q, n->incident);
    n->event = (enum ad_notice_event)ad_sql_get_enum(q, AD_NOTICE_REFRESH);
    n->state = (enum ad_outbox_state)ad_sql_get_enum(q, AD_OUTBOX_DROPPED);
    n->channel = ad_sql_get_text(q);
    n->doc = ad_sql_get_text(q);
    n->why = ad_sql_get_text(q);
    n->attempts = (unsigned long long)ad_sql_get_int(q);
    n->owner = (uint64_t)ad_sql_get_int(q);
    n->made = ad_sql_get_real(q);
    n->ready = ad_sql_get_real(q);
    n->done = ad_sql_get_real(q);
    return ad_sql_good(q, err);
}

/* The notice of the channel that may be sent first, and when. */
static const char first[] =
    "SELECT number, ready FROM notice AS n WHERE channel = ? AND state = 0 AND NOT EXISTS"
    " (SELECT 1 FROM notice WHERE incident = n.incident AND channel = n.channel AND state = 0"
    " AND number < n.number) ORDER BY ready LIMIT 1";

static int find_first(struct ad_store *store, const char *channel, int64_t *number, double *ready,
                      struct ad_err *err)
{
    struct ad_sql q = ad_sql(store, first);
    ad_sql_text(&q, ad_str_of(channel));
    *ready = INFINITY;
    int rc = ad_sql_row(&q, err);
    if (rc == 1) {
        *number = ad_sql_get_int(&q);
        *ready = ad_sql_get_real(&q);
        ad_sql_end(&q);
    }
    return rc;
}

static int take(struct ad_store *store, int64_t number, uint64_t owner, double until,
                struct ad_outgoing *out, struct ad_err *err)
{
    struct ad_sql q =
        ad_sql(store, "UPDATE notice SET owner = ?, ready = ?, attempts = attempts + 1"
                      " WHERE number = ? RETURNING " COLUMNS);
    ad_sql_int(&q, (int64_t)owner);
    ad_sql_real(&q, until);
    ad_sql_int(&q, number);
    int rc = ad_sql_row(&q, err);
    if (rc != 1 || (rc = read_row(&q, out, err)) < 0)
        return rc;
    struct ad_str *const text[] = {&out->channel, &out->doc, &out->why};
    rc = ad_store_keep(store, text, sizeof text / sizeof *text, err);
    int end = ad_sql_run(&q, err);
    return rc ? rc : end < 0 ? end : 1;
}

int ad_store_claim(struct ad_store *store, uint64_t owner, const char *channel, double now,
                   double lease, struct ad_outgoing *out, struct ad_err *err)
{
    /* Look before asking for the lock on writing: mostly there is nothing. */
    int64_t number = 0;
    int rc = find_first(store, channel, &number, &out->ready, err);
    if (rc <= 0 || out->ready > now)
        return rc < 0 ? rc : 0;
    bool own;
    if ((rc = ad_store_enter(store, &own, err)) != 0)
        return rc;
    rc = find_first(store, channel, &number, &out->ready, err);
    if (rc == 1)
        rc = out->ready > now ? 0 : take(store, number, owner, now + lease, out, err);
    return ad_store_leave(store, own, rc, err);
}

/* History tells of the end of a notice, and of the first failure on the way. */
static int tell(struct ad_store *store, const struct ad_outgoing *n, double now,
                enum ad_outbox_state state, struct ad_str why, struct ad_err *err)
{
    static const char *const word[] = {"delayed", "delivered", "failed", "dropped"};
    if (n->event == AD_NOTICE_REFRESH || (state == AD_OUTBOX_WAITING && n->attempts > 1))
        return 0;
    struct ad_buf note = {0};
    ad_buf_addz(&note, ad_notice_event_name(n->event));
    ad_buf_addz(&note, why.len ? ": " : "");
    ad_buf_add(&note, why.s, why.len);
    int rc = note.failed ? ad_err_nomem(err)
                         : ad_store_note(store, now, n->incident, word[state], n->channel,
                                         (struct ad_str){note.s, note.len}, err);
    ad_buf_free(&note);
    return rc;
}

static int settle(struct ad_store *store, const struct ad_outgoing *n, double now,
                  enum ad_outbox_state state, double ready, struct ad_str why, struct ad_err *err)
{
    struct ad_sql q =
        ad_sql(store, "UPDATE notice SET owner = 0, state = ?1, ready = ?2, done = ?3, why = ?4"
                      " WHERE number = ?5 AND ((state = 0 AND owner = ?6) OR ?1 = 1)");
    bool over = state != AD_OUTBOX_WAITING;
    ad_sql_int(&q, state);
    ad_sql_real(&q, over ? now : ready);
    ad_sql_real(&q, over ? now : (double)NAN);
    ad_sql_text(&q, why);
    ad_sql_int(&q, n->number);
    ad_sql_int(&q, (int64_t)n->owner);
    int rc = ad_sql_run(&q, err);
    if (rc || sqlite3_changes(store->db) == 0)
        return rc;
    return tell(store, n, now, state, why, err);
}

int ad_store_settle(struct ad_store *store, const struct ad_outgoing *n, double now,
                    enum ad_outbox_state state, double ready, struct ad_str why, struct ad_err *err)
{
    bool own;
    int rc = ad_store_enter(store, &own, err);
    return rc ? rc : ad_store_leave(store, own, settle(store, n, now, state, ready, why, err), err);
}

int ad_store_reclaim(struct ad_store *store, double now, struct ad_err *err)
{
    struct ad_sql q =
        ad_sql(store, "UPDATE notice SET owner = 0, ready = min(ready, ?) WHERE state = 0"
                      " AND owner <> 0");
    ad_sql_real(&q, now);
    return ad_sql_run(&q, err);
}

/* Change a notice that nobody is just sending. `sql` returns its row as it then is. */
static int change(struct ad_store *store, const char *sql, const char *id, double now,
                  const char *what, struct ad_err *err)
{
    bool own;
    int rc = ad_store_enter(store, &own, err);
    if (rc)
        return rc;
    struct ad_sql q = ad_sql(store, sql);
    ad_sql_text(&q, ad_str_of(id));
    ad_sql_real(&q, now);
    struct ad_outgoing n;
    rc = ad_sql_row(&q, err);
    if (rc == 1 && (rc = read_row(&q, &n, err)) == 1) {
        struct ad_str *const text[] = {&n.channel};
        rc = ad_store_keep(store, text, 1, err);
        int end = ad_sql_run(&q, err);
        rc = rc ? rc : end;
        if (rc == 0)
            rc = ad_store_note(store, now, n.incident, what, n.channel,
                               ad_str_of(ad_notice_event_name(n.event)), err);
        rc = rc < 0 ? rc : 1;
    }
    return ad_store_leave(store, own, rc, err);
}

int ad_store_retry(struct ad_store *store, const char *id, double now, struct ad_err *err)
{
    return change(store,
                  "UPDATE notice SET state = 0, ready = ?2, done = NULL, owner = 0 WHERE id = ?1"
                  " AND state <> 1 AND (owner = 0 OR ready <= ?2) RETURNING " COLUMNS,
                  id, now, "retried", err);
}

int ad_store_drop(struct ad_store *store, const char *id, double now, struct ad_err *err)
{
    return change(store,
                  "UPDATE notice SET state = 3, done = ?2, owner = 0 WHERE id = ?1"
                  " AND state IN (0, 2) AND (owner = 0 OR ready <= ?2) RETURNING " COLUMNS,
                  id, now, "dropped", err);
}

int ad_store_find_notice(struct ad_store *store, const char *prefix, char id[AD_INCIDENT_ID + 1],
                         struct ad_err *err)
{
    return ad_store_find(store, "SELECT id FROM notice WHERE id >= ?1 AND id < ?1 || 'g' LIMIT 2",
                         prefix, id, err);
}

int ad_store_each_outgoing(struct ad_store *store, unsigned states,
                           int (*each)(void *arg, const struct ad_outgoing *), void *arg,
                           struct ad_err *err)
{
    struct ad_sql q =
        ad_sql(store, "SELECT " COLUMNS " FROM notice WHERE ? >> state & 1 ORDER BY number");
    ad_sql_int(&q, states);
    int rc;
    while ((rc = ad_sql_row(&q, err)) == 1) {
        struct ad_outgoing n;
        if ((rc = read_row(&q, &n, err)) < 0)
            return rc;
        if ((rc = each(arg, &n)) != 0) {
            ad_sql_end(&q);
            return rc;
        }
    }
    return rc;
}
