#include "alert/store_private.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

int ad_store_fail(struct ad_store *store, int rc, struct ad_err *err)
{
    /* A commit that fails does not tell SQLite's caller why; errno still does. */
    int system = errno;
    if (store->db && sqlite3_system_errno(store->db))
        system = sqlite3_system_errno(store->db);
    bool full = rc == SQLITE_FULL || ((rc & 0xff) == SQLITE_IOERR &&
                                      (system == ENOSPC || system == EDQUOT || system == EFBIG));
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        ad_err_set(err, "%s is locked by another program; try again", store->name);
        return AD_STORE_AGAIN;
    case SQLITE_NOMEM:
        return ad_err_nomem(err);
    case SQLITE_NOTADB:
        return ad_err_set(err, "%s is no database of alerts", store->name);
    case SQLITE_CORRUPT:
        return ad_err_set(err,
                          "%s is damaged: move it away; \"sqlite3 FILE .recover\" prints what is "
                          "left of it",
                          store->name);
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return ad_err_set(err, "%s cannot be written", store->name);
    case SQLITE_CANTOPEN:
        return ad_err_set(err, "%s: %s", store->name,
                          system ? strerror(system) : "cannot be opened");
    default:
        break;
    }
    if (full) {
        ad_err_set(err, "%s: the disk is full", store->name);
        return AD_STORE_AGAIN;
    }
    return ad_err_set(err, "%s: %s", store->name,
                      system ? strerror(system) : sqlite3_errmsg(store->db));
}

struct ad_sql ad_sql(struct ad_store *store, const char *sql)
{
    struct ad_sql q = {.store = store};
    for (size_t i = 0; i < store->nstatement; i++)
        if (store->statement[i].sql == sql) {
            q.stmt = store->statement[i].stmt;
            return q;
        }
    if (store->nstatement == AD_STORE_STATEMENTS) {
        q.rc = SQLITE_NOMEM;
        return q;
    }
    q.rc = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &q.stmt, NULL);
    if (q.rc == SQLITE_OK)
        store->statement[store->nstatement++] = (struct ad_store_statement){sql, q.stmt};
    return q;
}

static void bound(struct ad_sql *q, int rc)
{
    if (q->rc == SQLITE_OK)
        q->rc = rc;
}

void ad_sql_text(struct ad_sql *q, struct ad_str v)
{
    if (q->rc == SQLITE_OK)
        bound(q, sqlite3_bind_text64(q->stmt, ++q->nin, v.len ? v.s : "", v.len, SQLITE_STATIC,
                                     SQLITE_UTF8));
}

void ad_sql_real(struct ad_sql *q, double x)
{
    if (q->rc == SQLITE_OK)
        bound(q, sqlite3_bind_double(q->stmt, ++q->nin, x));
}

void ad_sql_int(struct ad_sql *q, int64_t x)
{
    if (q->rc == SQLITE_OK)
        bound(q, sqlite3_bind_int64(q->stmt, ++q->nin, x));
}

void ad_sql_end(struct ad_sql *q)
{
    if (q->stmt) {
        sqlite3_reset(q->stmt);
        sqlite3_clear_bindings(q->stmt);
    }
}

int ad_sql_row(struct ad_sql *q, struct ad_err *err)
{
    q->nout = 0;
    errno = 0;
    int rc = q->rc == SQLITE_OK ? sqlite3_step(q->stmt) : q->rc;
    if (rc == SQLITE_ROW)
        return 1;
    int result = rc == SQLITE_DONE ? 0 : ad_store_fail(q->store, rc, err);
    ad_sql_end(q);
    return result;
}

int ad_sql_run(struct ad_sql *q, struct ad_err *err)
{
    int rc;
    while ((rc = ad_sql_row(q, err)) == 1)
        ;
    return rc;
}

struct ad_str ad_sql_get_text(struct ad_sql *q)
{
    int i = q->nout++;
    const void *s = sqlite3_column_blob(q->stmt, i);
    return (struct ad_str){s ? s : "", s ? (size_t)sqlite3_column_bytes(q->stmt, i) : 0};
}

double ad_sql_get_real(struct ad_sql *q)
{
    int i = q->nout++;
    return sqlite3_column_type(q->stmt, i) == SQLITE_NULL ? NAN : sqlite3_column_double(q->stmt, i);
}

int64_t ad_sql_get_int(struct ad_sql *q)
{
    return sqlite3_column_int64(q->stmt, q->nout++);
}

int ad_sql_get_enum(struct ad_sql *q, int most)
{
    int64_t x = ad_sql_get_int(q);
    if (x >= 0 && x <= most)
        return (int)x;
    q->rc = SQLITE_CORRUPT;
    return 0;
}

void ad_sql_get_id(struct ad_sql *q, char id[AD_INCIDENT_ID + 1])
{
    struct ad_str v = ad_sql_get_text(q);
    if (v.len > AD_INCIDENT_ID || memchr(v.s, 0, v.len)) {
        q->rc = SQLITE_CORRUPT;
        v.len = 0;
    }
    memcpy(id, v.s, v.len);
    id[v.len] = '\0';
}

int ad_sql_good(struct ad_sql *q, struct ad_err *err)
{
    if (q->rc == SQLITE_OK)
        return 1;
    int rc = ad_store_fail(q->store, q->rc, err);
    ad_sql_end(q);
    return rc;
}

int ad_store_keep(struct ad_store *store, struct ad_str *const *v, size_t n, struct ad_err *err)
{
    struct ad_buf *b = &store->text;
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += v[i]->len;
    b->len = 0;
    b->failed = false;
    if (!ad_buf_room(b, total + 1))
        return ad_err_nomem(err);
    for (size_t i = 0; i < n; i++) {
        char *at = b->s + b->len;
        ad_buf_add(b, v[i]->s, v[i]->len);
        v[i]->s = at;
    }
    return 0;
}

int ad_store_enter(struct ad_store *store, bool *own, struct ad_err *err)
{
    *own = sqlite3_get_autocommit(store->db) != 0;
    return *own ? ad_store_begin(store, err) : 0;
}

int ad_store_leave(struct ad_store *store, bool own, int rc, struct ad_err *err)
{
    if (!own)
        return rc;
    int end = rc < 0 ? rc : ad_store_commit(store, err);
    if (end < 0)
        ad_store_rollback(store);
    return end < 0 ? end : rc;
}

int ad_store_find(struct ad_store *store, const char *sql, const char *prefix,
                  char id[AD_INCIDENT_ID + 1], struct ad_err *err)
{
    char low[AD_INCIDENT_ID + 1];
    size_t len = strlen(prefix);
    id[0] = '\0';
    if (len == 0 || len > AD_INCIDENT_ID)
        return 0;
    for (size_t i = 0; i <= len; i++)
        low[i] = prefix[i] >= 'A' && prefix[i] <= 'F' ? (char)(prefix[i] - 'A' + 'a') : prefix[i];
    struct ad_sql q = ad_sql(store, sql);
    ad_sql_text(&q, ad_str_of(low));
    int n = 0, rc;
    while ((rc = ad_sql_row(&q, err)) == 1) {
        ad_sql_get_id(&q, id);
        if ((rc = ad_sql_good(&q, err)) < 0)
            return rc;
        n++;
    }
    return rc < 0 ? rc : n;
}
