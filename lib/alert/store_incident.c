#include "alert/store_private.h"

#include <stdio.h>

#define COLUMNS                                                                                    \
    "id, state, severity, worst, key, detector, rule, tags, reason, route, group_fields, record,"  \
    " score, started, updated, cleared, resolved, notified, level_since, level, count, held,"      \
    " acknowledged_by, more"

static void bind(struct ad_sql *q, const struct ad_incident *in, double wall)
{
    ad_sql_text(q, ad_str_of(in->id));
    ad_sql_int(q, in->state);
    ad_sql_int(q, in->severity);
    ad_sql_int(q, in->worst);
    const struct ad_str text[] = {in->key,    in->detector, in->rule,  in->tags,
                                  in->reason, in->route,    in->group, in->record};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        ad_sql_text(q, text[i]);
    const double real[] = {in->score,    in->started,  in->updated,    in->cleared,
                           in->resolved, in->notified, in->level_since};
    for (size_t i = 0; i < sizeof real / sizeof *real; i++)
        ad_sql_real(q, real[i]);
    ad_sql_int(q, in->level);
    ad_sql_int(q, (int64_t)in->count);
    ad_sql_int(q, (int64_t)in->held);
    ad_sql_text(q, in->acknowledged_by);
    ad_sql_text(q, in->more);
    ad_sql_real(q, wall);
}

/* Read the row: 1, or -1, q having ended. */
static int read_row(struct ad_sql *q, struct ad_incident *in, struct ad_err *err)
{
    ad_sql_get_id(q, in->id);
    in->state = (enum ad_incident_state)ad_sql_get_enum(q, AD_INCIDENT_EXPIRED);
    in->severity = (enum ad_severity)ad_sql_get_enum(q, AD_CRITICAL);
    in->worst = (enum ad_severity)ad_sql_get_enum(q, AD_CRITICAL);
    struct ad_str *const text[] = {&in->key,    &in->detector, &in->rule,  &in->tags,
                                   &in->reason, &in->route,    &in->group, &in->record};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        *text[i] = ad_sql_get_text(q);
    double *const real[] = {&in->score,    &in->started,  &in->updated,    &in->cleared,
                            &in->resolved, &in->notified, &in->level_since};
    for (size_t i = 0; i < sizeof real / sizeof *real; i++)
        *real[i] = ad_sql_get_real(q);
    in->level = (unsigned)ad_sql_get_int(q);
    in->count = (unsigned long long)ad_sql_get_int(q);
    in->held = (unsigned long long)ad_sql_get_int(q);
    in->acknowledged_by = ad_sql_get_text(q);
    in->more = ad_sql_get_text(q);
    return ad_sql_good(q, err);
}

/* `critical: value 9 is above 3`, of an incident that is new. */
static int tell_new(struct ad_store *store, const struct ad_incident *in, double wall,
                    struct ad_err *err)
{
    struct ad_buf note = {0};
    ad_buf_addz(&note, ad_severity_name(in->severity));
    ad_buf_addz(&note, in->reason.len ? ": " : "");
    ad_buf_add(&note, in->reason.s, in->reason.len);
    int rc = note.failed
                 ? ad_err_nomem(err)
                 : ad_store_note(store, wall, in->id, ad_incident_state_name(in->state),
                                 in->acknowledged_by, (struct ad_str){note.s, note.len}, err);
    ad_buf_free(&note);
    return rc;
}

/* What history says of an incident that had been otherwise: was[] is its state, severity, level. */
static int tell_change(struct ad_store *store, const struct ad_incident *in, double wall,
                       const int64_t *was, struct ad_err *err)
{
    const struct ad_str none = {"", 0};
    int rc = 0;
    if (was[0] != (int64_t)in->state)
        rc = ad_store_note(store, wall, in->id, ad_incident_state_name(in->state),
                           in->state == AD_INCIDENT_ACKNOWLEDGED ? in->acknowledged_by : none, none,
                           err);
    if (rc == 0 && was[1] != (int64_t)in->severity)
        rc = ad_store_note(store, wall, in->id, "severity", none,
                           ad_str_of(ad_severity_name(in->severity)), err);
    char level[32];
    snprintf(level, sizeof level, "%u", in->level);
    if (rc == 0 && was[2] != (int64_t)in->level)
        rc = ad_store_note(store, wall, in->id, "level", none, ad_str_of(level), err);
    return rc;
}

static int put(struct ad_store *store, const struct ad_incident *in, double wall,
               struct ad_err *err)
{
    struct ad_sql q = ad_sql(store, "SELECT state, severity, level FROM incident WHERE id = ?");
    ad_sql_text(&q, ad_str_of(in->id));
    int64_t was[3] = {0};
    int known = ad_sql_row(&q, err);
    for (int i = 0; known == 1 && i < 3; i++)
        was[i] = ad_sql_get_int(&q);
    ad_sql_end(&q);
    if (known < 0)
        return known;
    q = ad_sql(store, "REPLACE INTO incident (" COLUMNS ", put) VALUES"
                      " (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    bind(&q, in, wall);
    int rc = ad_sql_run(&q, err);
    if (rc)
        return rc;
    return known ? tell_change(store, in, wall, was, err) : tell_new(store, in, wall, err);
}

int ad_store_put_incident(struct ad_store *store, const struct ad_incident *in, double wall,
                          struct ad_err *err)
{
    bool own;
    int rc = ad_store_enter(store, &own, err);
    return rc ? rc : ad_store_leave(store, own, put(store, in, wall, err), err);
}

int ad_store_knows_incident(struct ad_store *store, const struct ad_incident *in,
                            struct ad_err *err)
{
    struct ad_sql q = ad_sql(store, "SELECT 1 FROM incident WHERE id = ? UNION ALL SELECT 1 FROM"
                                    " incident WHERE key = ? AND started <= ? AND updated >= ?"
                                    " AND state >= 3 LIMIT 1");
    ad_sql_text(&q, ad_str_of(in->id));
    ad_sql_text(&q, in->key);
    ad_sql_real(&q, in->started);
    ad_sql_real(&q, in->started);
    int rc = ad_sql_row(&q, err);
    ad_sql_end(&q);
    return rc;
}

int ad_store_get_incident(struct ad_store *store, const char *id, struct ad_incident *out,
                          struct ad_err *err)
{
    struct ad_sql q = ad_sql(store, "SELECT " COLUMNS " FROM incident WHERE id = ?");
    ad_sql_text(&q, ad_str_of(id));
    int rc = ad_sql_row(&q, err);
    if (rc != 1 || (rc = read_row(&q, out, err)) < 0)
        return rc;
    struct ad_str *const text[] = {&out->key,   &out->detector, &out->rule,
                                   &out->tags,  &out->reason,   &out->route,
                                   &out->group, &out->record,   &out->acknowledged_by,
                                   &out->more};
    rc = ad_store_keep(store, text, sizeof text / sizeof *text, err);
    ad_sql_end(&q);
    return rc ? rc : 1;
}

int ad_store_find_incident(struct ad_store *store, const char *prefix, char id[AD_INCIDENT_ID + 1],
                           struct ad_err *err)
{
    return ad_store_find(store, "SELECT id FROM incident WHERE id >= ?1 AND id < ?1 || 'g' LIMIT 2",
                         prefix, id, err);
}

int ad_store_each_incident(struct ad_store *store, unsigned states,
                           int (*each)(void *arg, const struct ad_incident *), void *arg,
                           struct ad_err *err)
{
    /* The first has an index. */
    bool open = (states & ~(unsigned)AD_INCIDENTS_OPEN) == 0;
    struct ad_sql q = open ? ad_sql(store, "SELECT " COLUMNS " FROM incident"
                                           " WHERE state < 3 AND (? >> state & 1) ORDER BY started")
                           : ad_sql(store, "SELECT " COLUMNS " FROM incident"
                                           " WHERE ? >> state & 1 ORDER BY started");
    ad_sql_int(&q, states);
    int rc;
    while ((rc = ad_sql_row(&q, err)) == 1) {
        struct ad_incident in;
        if ((rc = read_row(&q, &in, err)) < 0)
            return rc;
        if ((rc = each(arg, &in)) != 0) {
            ad_sql_end(&q);
            return rc;
        }
    }
    return rc;
}
