/* What people say, and what happened. */
#include "alert/store_private.h"

#include <inttypes.h>
#include <stdio.h>

int ad_store_note(struct ad_store *store, double wall, const char *incident, const char *what,
                  struct ad_str by, struct ad_str note, struct ad_err *err)
{
    struct ad_sql q = ad_sql(store, "INSERT INTO history (wall, incident, what, author, note)"
                                    " VALUES (?, ?, ?, ?, ?)");
    ad_sql_real(&q, wall);
    ad_sql_text(&q, ad_str_of(incident));
    ad_sql_text(&q, ad_str_of(what));
    ad_sql_text(&q, by);
    ad_sql_text(&q, note);
    return ad_sql_run(&q, err);
}

int ad_store_each_happened(struct ad_store *store, const char *incident,
                           int (*each)(void *arg, const struct ad_happened *), void *arg,
                           struct ad_err *err)
{
    struct ad_sql q = incident
                          ? ad_sql(store, "SELECT wall, incident, what, author, note FROM history"
                                          " WHERE incident = ? ORDER BY number")
                          : ad_sql(store, "SELECT wall, incident, what, author, note FROM history"
                                          " ORDER BY number");
    if (incident)
        ad_sql_text(&q, ad_str_of(incident));
    int rc;
    while ((rc = ad_sql_row(&q, err)) == 1) {
        struct ad_happened h = {.wall = ad_sql_get_real(&q)};
        ad_sql_get_id(&q, h.incident);
        h.what = ad_sql_get_text(&q);
        h.by = ad_sql_get_text(&q);
        h.note = ad_sql_get_text(&q);
        if ((rc = ad_sql_good(&q, err)) < 0)
            return rc;
        if ((rc = each(arg, &h)) != 0) {
            ad_sql_end(&q);
            return rc;
        }
    }
    return rc;
}

static int note_silence(struct ad_store *store, double wall, int64_t id, const char *what,
                        struct ad_str by, struct ad_err *err)
{
    char note[32];
    snprintf(note, sizeof note, "%" PRId64, id);
    return ad_store_note(store, wall, "", what, by, ad_str_of(note), err);
}

int ad_store_add_silence(struct ad_store *store, struct ad_silence *s, struct ad_err *err)
{
    bool own;
    int rc = ad_store_enter(store, &own, err);
    if (rc)
        return rc;
    struct ad_sql q = ad_sql(store, "INSERT INTO silence (matchers, author, comment, made, starts,"
                                    " ends) VALUES (?, ?, ?, ?, ?, ?)");
    ad_sql_text(&q, s->matchers);
    ad_sql_text(&q, s->by);
    ad_sql_text(&q, s->comment);
    ad_sql_real(&q, s->made);
    ad_sql_real(&q, s->from);
    ad_sql_real(&q, s->until);
    rc = ad_sql_run(&q, err);
    s->id = sqlite3_last_insert_rowid(store->db);
    if (rc == 0)
        rc = note_silence(store, s->made, s->id, "silence added", s->by, err);
    return ad_store_leave(store, own, rc, err);
}

int ad_store_each_silence(struct ad_store *store, double now,
                          int (*each)(void *arg, const struct ad_silence *), void *arg,
                          struct ad_err *err)
{
    struct ad_sql q = ad_sql(store, "SELECT id, matchers, author, comment, made, starts, ends"
                                    " FROM silence WHERE ends > ? ORDER BY id");
    ad_sql_real(&q, now);
    int rc;
    while ((rc = ad_sql_row(&q, err)) == 1) {
        struct ad_silence s = {.id = ad_sql_get_int(&q)};
        s.matchers = ad_sql_get_text(&q);
        s.by = ad_sql_get_text(&q);
        s.comment = ad_sql_get_text(&q);
        s.made = ad_sql_get_real(&q);
        s.from = ad_sql_get_real(&q);
        s.until = ad_sql_get_real(&q);
        if ((rc = each(arg, &s)) != 0) {
            ad_sql_end(&q);
            return rc;
        }
    }
    return rc;
}

int ad_store_expire_silence(struct ad_store *store, int64_t id, double now, const char *by,
                            struct ad_err *err)
{
    bool own;
    int rc = ad_store_enter(store, &own, err);
    if (rc)
        return rc;
    struct ad_sql q = ad_sql(store, "UPDATE silence SET ends = ?2 WHERE id = ?1 AND ends > ?2");
    ad_sql_int(&q, id);
    ad_sql_real(&q, now);
    rc = ad_sql_run(&q, err);
    if (rc == 0 && sqlite3_changes(store->db) > 0) {
        rc = note_silence(store, now, id, "silence expired", ad_str_of(by), err);
        rc = rc ? rc : 1;
    }
    return ad_store_leave(store, own, rc, err);
}

int ad_store_ask(struct ad_store *store, const struct ad_request *r, struct ad_err *err)
{
    static const char *const to_be[] = {"to be acknowledged", "to be unacknowledged",
                                        "to be resolved"};
    bool own;
    int rc = ad_store_enter(store, &own, err);
    if (rc)
        return rc;
    struct ad_sql q = ad_sql(store, "INSERT INTO request (what, incident, author, note, made)"
                                    " VALUES (?, ?, ?, ?, ?)");
    ad_sql_int(&q, r->what);
    ad_sql_text(&q, ad_str_of(r->incident));
    ad_sql_text(&q, r->by);
    ad_sql_text(&q, r->note);
    ad_sql_real(&q, r->made);
    rc = ad_sql_run(&q, err);
    if (rc == 0)
        rc = ad_store_note(store, r->made, r->incident, to_be[r->what], r->by, r->note, err);
    return ad_store_leave(store, own, rc, err);
}

int ad_store_next_request(struct ad_store *store, int64_t after, struct ad_request *r,
                          struct ad_err *err)
{
    struct ad_sql q = ad_sql(store, "SELECT id, what, incident, author, note, made FROM request"
                                    " WHERE id > ? AND done IS NULL ORDER BY id LIMIT 1");
    ad_sql_int(&q, after);
    int rc = ad_sql_row(&q, err);
    if (rc != 1)
        return rc;
    r->id = ad_sql_get_int(&q);
    r->what = (enum ad_request_what)ad_sql_get_enum(&q, AD_REQUEST_RESOLVE);
    ad_sql_get_id(&q, r->incident);
    r->by = ad_sql_get_text(&q);
    r->note = ad_sql_get_text(&q);
    r->made = ad_sql_get_real(&q);
    if ((rc = ad_sql_good(&q, err)) < 0)
        return rc;
    struct ad_str *const text[] = {&r->by, &r->note};
    rc = ad_store_keep(store, text, sizeof text / sizeof *text, err);
    ad_sql_end(&q);
    return rc ? rc : 1;
}

int ad_store_answer(struct ad_store *store, int64_t id, double now, struct ad_err *err)
{
    struct ad_sql q = ad_sql(store, "UPDATE request SET done = ?2 WHERE id = ?1");
    ad_sql_int(&q, id);
    ad_sql_real(&q, now);
    return ad_sql_run(&q, err);
}

int ad_store_each_count(struct ad_store *store, double now,
                        int (*each)(void *arg, const char *what, struct ad_str of, double n),
                        void *arg, struct ad_err *err)
{
    static const char *const what[] = {"incidents", "waiting",  "delivered", "failed",
                                       "dropped",   "silences", "requests"};
    struct ad_sql q = ad_sql(
        store,
        "SELECT 0, state, '', count(*) FROM incident GROUP BY state"
        " UNION ALL SELECT 1 + state, 0, channel, count(*) FROM notice GROUP BY state, channel"
        " UNION ALL SELECT 5, 0, iif(starts > ?1, 'to come', 'in force'), count(*) FROM silence"
        " WHERE ends > ?1 GROUP BY 3"
        " UNION ALL SELECT 6, 0, 'open', count(*) FROM request WHERE done IS NULL"
        " ORDER BY 1, 2, 3");
    ad_sql_real(&q, now);
    int rc;
    while ((rc = ad_sql_row(&q, err)) == 1) {
        int i = ad_sql_get_enum(&q, 6), state = ad_sql_get_enum(&q, AD_INCIDENT_EXPIRED);
        struct ad_str of = ad_sql_get_text(&q);
        double n = ad_sql_get_real(&q);
        if ((rc = ad_sql_good(&q, err)) < 0)
            return rc;
        if (i == 0)
            of = ad_str_of(ad_incident_state_name((enum ad_incident_state)state));
        if ((rc = each(arg, what[i], of, n)) != 0) {
            ad_sql_end(&q);
            return rc;
        }
    }
    return rc;
}
