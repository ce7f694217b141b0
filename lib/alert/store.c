#include "alert/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* "adal", and the version of the tables. */
enum { APPLICATION = 0x6164616c, VERSION = 1 };

/* Times are wall time, but those of incidents that record.h calls t. `put` is when the row was last
 * written; `ready` until when a notice is not to be sent, because it is too early or because
 * `owner` is sending it. */
static const char schema[] =
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE incident (id TEXT PRIMARY KEY, state INTEGER, severity INTEGER, worst INTEGER,"
    " key TEXT, detector TEXT, rule TEXT, tags TEXT, reason TEXT, route TEXT, group_fields TEXT,"
    " record TEXT, score REAL, started REAL, updated REAL, cleared REAL, resolved REAL,"
    " notified REAL, level_since REAL, level INTEGER, count INTEGER, held INTEGER,"
    " acknowledged_by TEXT, more TEXT, put REAL);"
    "CREATE INDEX incident_open ON incident (started) WHERE state < 3;"
    "CREATE INDEX incident_key ON incident (key, started);"
    "CREATE INDEX incident_closed ON incident (put) WHERE state >= 3;"
    "CREATE TABLE notice (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, incident TEXT,"
    " event INTEGER, state INTEGER, channel TEXT, doc TEXT, why TEXT, attempts INTEGER,"
    " owner INTEGER, made REAL, ready REAL, done REAL);"
    "CREATE INDEX notice_waiting ON notice (channel, ready) WHERE state = 0;"
    "CREATE INDEX notice_order ON notice (incident, channel, number) WHERE state = 0;"
    "CREATE INDEX notice_failed ON notice (number) WHERE state = 2;"
    "CREATE INDEX notice_done ON notice (done);"
    "CREATE TABLE silence (id INTEGER PRIMARY KEY AUTOINCREMENT, matchers TEXT, author TEXT,"
    " comment TEXT, made REAL, starts REAL, ends REAL);"
    "CREATE TABLE request (id INTEGER PRIMARY KEY AUTOINCREMENT, what INTEGER, incident TEXT,"
    " author TEXT, note TEXT, made REAL, done REAL);"
    "CREATE TABLE history (number INTEGER PRIMARY KEY, wall REAL, incident TEXT, what TEXT,"
    " author TEXT, note TEXT);"
    "CREATE INDEX history_incident ON history (incident);"
    "CREATE INDEX history_wall ON history (wall);"
    "PRAGMA application_id = 0x6164616c;"
    "PRAGMA user_version = 1;";

static int execute(struct ad_store *store, const char *sql, struct ad_err *err)
{
    errno = 0;
    int rc = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : ad_store_fail(store, rc, err);
}

static int number(struct ad_store *store, const char *sql, int64_t *x, struct ad_err *err)
{
    struct ad_sql q = ad_sql(store, sql);
    int rc = ad_sql_row(&q, err);
    *x = rc == 1 ? ad_sql_get_int(&q) : 0;
    ad_sql_end(&q);
    return rc < 0 ? rc : 0;
}

int ad_store_begin(struct ad_store *store, struct ad_err *err)
{
    struct ad_sql q = ad_sql(store, "BEGIN IMMEDIATE");
    return ad_sql_run(&q, err);
}

int ad_store_commit(struct ad_store *store, struct ad_err *err)
{
    struct ad_sql q = ad_sql(store, "COMMIT");
    return ad_sql_run(&q, err);
}

void ad_store_rollback(struct ad_store *store)
{
    if (!sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

/* Whether it has our tables: 1; 0 if it has none at all. */
static int recognise(struct ad_store *store, struct ad_err *err)
{
    int64_t application, version, tables;
    int rc = number(store, "PRAGMA application_id", &application, err);
    if (rc == 0)
        rc = number(store, "PRAGMA user_version", &version, err);
    if (rc == 0)
        rc = number(store, "SELECT count(*) FROM sqlite_schema", &tables, err);
    if (rc)
        return rc;
    if (application == 0 && version == 0 && tables == 0)
        return 0;
    if (application != APPLICATION || version < 1)
        return ad_err_set(err, "%s is a database, but none of alerts", store->name);
    if (version > VERSION)
        return ad_err_set(err, "%s has version %lld, this program reads up to %d; use a newer one",
                          store->name, (long long)version, VERSION);
    return 1;
}

static int make_tables(struct ad_store *store, struct ad_err *err)
{
    int rc = ad_store_begin(store, err);
    if (rc)
        return rc;
    rc = recognise(store, err); /* somebody else may have been faster */
    if (rc == 0)
        rc = execute(store, schema, err);
    rc = rc < 0 ? rc : ad_store_commit(store, err);
    if (rc)
        ad_store_rollback(store);
    return rc;
}

/* SQLite does not wait for its turn to change the mode. */
static int set_wal(struct ad_store *store, struct ad_err *err)
{
    const struct timespec nap = {0, 10000000};
    for (double waited = 0;; waited += 0.01) {
        int rc = execute(store, "PRAGMA journal_mode = WAL", err);
        if (rc != AD_STORE_AGAIN || waited >= store->wait)
            return rc;
        nanosleep(&nap, NULL);
    }
}

static int make_file(struct ad_store *store, struct ad_err *err)
{
    /* SQLite gives its other files the mode of this one. One that is there must not be opened: to
     * close it again would give up the locks of other connections of this process. */
    int fd = open(store->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0)
        return close(fd) ? ad_err_set(err, "%s: %s", store->name, strerror(errno)) : 0;
    if (errno == EEXIST)
        return 0;
    bool full = errno == ENOSPC || errno == EDQUOT;
    ad_err_set(err, "%s: %s", store->name, strerror(errno));
    return full ? AD_STORE_AGAIN : -1;
}

static int check_file(struct ad_store *store, struct ad_err *err)
{
    struct stat st;
    if (stat(store->path, &st))
        return ad_err_set(err, "%s: %s", store->name, strerror(errno));
    return S_ISREG(st.st_mode) ? 0 : ad_err_set(err, "%s: not a regular file", store->name);
}

/* Open what store->path says. */
static int connect_to(struct ad_store *store, const char *settings, struct ad_err *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= store->memory ? SQLITE_OPEN_CREATE | SQLITE_OPEN_URI : 0;
    errno = 0;
    int rc = sqlite3_open_v2(store->path, &store->db, flags, NULL);
    if (rc != SQLITE_OK)
        return store->db ? ad_store_fail(store, rc, err) : ad_err_nomem(err);
    /* A file may come from anybody: no function of its schema is called. */
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_busy_timeout(store->db, store->wait > 86400 ? 86400000 : (int)(store->wait * 1000));
    return execute(store, settings, err);
}

#define SETTINGS                                                                                   \
    "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = "        \
    "8388608;"

/* A path that SQLite takes for nothing but a path; NULL when out of memory. */
static char *plain_path(const char *path)
{
    size_t size = strlen(path) + 3;
    char *s = malloc(size);
    if (s)
        snprintf(s, size, "%s%s", *path == '/' ? "" : "./", path);
    return s;
}

static char *memory_path(void)
{
    static atomic_uint count;
    char *s = malloc(64);
    if (s)
        snprintf(s, 64, "file:/adkit-%u?vfs=memdb", atomic_fetch_add(&count, 1));
    return s;
}

static struct ad_store *new_store(char *path, bool memory, double wait, struct ad_err *err)
{
    struct ad_store *store = path ? calloc(1, sizeof *store) : NULL;
    if (!store) {
        free(path);
        ad_err_nomem(err);
        return NULL;
    }
    *store = (struct ad_store){.path = path, .memory = memory, .wait = wait, .version = -1};
    store->name = memory ? "the database in memory" : strncmp(path, "./", 2) == 0 ? path + 2 : path;
    return store;
}

int ad_store_open(struct ad_store **out, const struct ad_store_cfg *cfg, struct ad_err *err)
{
    *out = NULL;
    bool memory = !cfg->path, create = cfg->create || memory;
    struct ad_store *store =
        new_store(memory ? memory_path() : plain_path(cfg->path), memory, cfg->wait, err);
    int rc = store ? 0 : -1;
    if (rc == 0 && create && !memory)
        rc = make_file(store, err);
    if (rc == 0 && !memory)
        rc = check_file(store, err);
    if (rc == 0)
        rc = connect_to(store, SETTINGS "PRAGMA synchronous = FULL", err);
    if (rc == 0)
        rc = recognise(store, err);
    if (rc == 0)
        rc = create ? make_tables(store, err)
                    : ad_err_set(err, "%s is empty: no database of alerts", store->name);
    if (rc >= 0 && !memory)
        rc = set_wal(store, err);
    if (rc < 0) {
        ad_store_close(store);
        return rc;
    }
    *out = store;
    return 0;
}

int ad_store_clone(struct ad_store **out, const struct ad_store *of, struct ad_err *err)
{
    char *path = malloc(strlen(of->path) + 1);
    if (path)
        memcpy(path, of->path, strlen(of->path) + 1);
    struct ad_store *store = new_store(path, of->memory, of->wait, err);
    int rc = store ? connect_to(store, SETTINGS "PRAGMA synchronous = NORMAL", err) : -1;
    if (rc) {
        ad_store_close(store);
        store = NULL;
    }
    *out = store;
    return rc;
}

void ad_store_close(struct ad_store *store)
{
    if (!store)
        return;
    for (size_t i = 0; i < store->nstatement; i++)
        sqlite3_finalize(store->statement[i].stmt);
    sqlite3_close(store->db);
    ad_buf_free(&store->text);
    free(store->path);
    free(store);
}

int ad_store_changed(struct ad_store *store, struct ad_err *err)
{
    int64_t version;
    int rc = number(store, "PRAGMA data_version", &version, err);
    if (rc)
        return rc;
    bool changed = version != store->version;
    store->version = version;
    return changed;
}

int ad_store_get(struct ad_store *store, const char *key, struct ad_buf *value, struct ad_err *err)
{
    struct ad_sql q = ad_sql(store, "SELECT value FROM meta WHERE key = ?");
    ad_sql_text(&q, ad_str_of(key));
    int rc = ad_sql_row(&q, err);
    if (rc != 1)
        return rc;
    struct ad_str v = ad_sql_get_text(&q);
    rc = ad_buf_add(value, v.s, v.len) ? ad_err_nomem(err) : 1;
    ad_sql_end(&q);
    return rc;
}

int ad_store_set(struct ad_store *store, const char *key, struct ad_str value, struct ad_err *err)
{
    struct ad_sql q = ad_sql(store, "REPLACE INTO meta VALUES (?, ?)");
    ad_sql_text(&q, ad_str_of(key));
    ad_sql_text(&q, value);
    return ad_sql_run(&q, err);
}

int ad_store_prune(struct ad_store *store, double before, struct ad_err *err)
{
    static const char *const sql[] = {
        "DELETE FROM incident WHERE rowid IN (SELECT rowid FROM incident"
        " WHERE state >= 3 AND put < ? LIMIT 1000)",
        "DELETE FROM notice WHERE number IN (SELECT number FROM notice"
        " WHERE done < ? AND state IN (1, 3) LIMIT 1000)",
        "DELETE FROM silence WHERE ends < ?",
        "DELETE FROM request WHERE done < ?",
        "DELETE FROM history WHERE number IN (SELECT number FROM history WHERE wall < ? LIMIT "
        "5000)",
    };
    bool own;
    int rc = ad_store_enter(store, &own, err), more = 0;
    for (size_t i = 0; rc == 0 && i < sizeof sql / sizeof *sql; i++) {
        struct ad_sql q = ad_sql(store, sql[i]);
        ad_sql_real(&q, before);
        rc = ad_sql_run(&q, err);
        more |= rc == 0 && sqlite3_changes(store->db) >= 1000;
    }
    return ad_store_leave(store, own, rc < 0 ? rc : more, err);
}

int ad_store_check(struct ad_store *store, struct ad_err *err)
{
    struct ad_sql q = ad_sql(store, "PRAGMA integrity_check(1)");
    int rc = ad_sql_row(&q, err);
    if (rc != 1)
        return rc;
    bool good = ad_str_eq(ad_sql_get_text(&q), ad_str_of("ok"));
    ad_sql_end(&q);
    return good ? 0 : ad_store_fail(store, SQLITE_CORRUPT, err);
}
