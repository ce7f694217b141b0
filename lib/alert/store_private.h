/* How the files of the store talk to SQLite. Not for others. */
#ifndef AD_ALERT_STORE_PRIVATE_H
#define AD_ALERT_STORE_PRIVATE_H

#include "alert/store.h"

#include <sqlite3.h>

enum { AD_STORE_STATEMENTS = 64 };

struct ad_store {
    sqlite3 *db;
    char *path;       /* as SQLite opens it */
    const char *name; /* for messages */
    bool memory;
    double wait;
    struct ad_store_statement {
        const char *sql;
        sqlite3_stmt *stmt;
    } statement[AD_STORE_STATEMENTS]; /* prepared once */
    size_t nstatement;
    struct ad_buf text; /* what texts of the last row point to */
    int64_t version;    /* of the data, when somebody last asked for changes; -1: never */
};

/* A statement that runs: first its parameters in their order, then rows, each with its columns in
 * their order. Trouble on the way shows when it is stepped. */
struct ad_sql {
    struct ad_store *store;
    sqlite3_stmt *stmt;
    int rc, nin, nout;
};

/* Begin a statement; `sql` is a string literal, by whose address it is known again. */
struct ad_sql ad_sql(struct ad_store *store, const char *sql);

void ad_sql_text(struct ad_sql *q, struct ad_str v);
void ad_sql_real(struct ad_sql *q, double x); /* NAN: NULL */
void ad_sql_int(struct ad_sql *q, int64_t x);

/* The next row: 1, or 0 when there is none, or -1 or AD_STORE_AGAIN; but for 1 the statement has
 * ended. */
int ad_sql_row(struct ad_sql *q, struct ad_err *err);
/* Run it to its end. Returns 0, -1 or AD_STORE_AGAIN. */
int ad_sql_run(struct ad_sql *q, struct ad_err *err);
/* End it before its last row. */
void ad_sql_end(struct ad_sql *q);

struct ad_str ad_sql_get_text(struct ad_sql *q);
double ad_sql_get_real(struct ad_sql *q);
int64_t ad_sql_get_int(struct ad_sql *q);
/* An integer from 0 to most, else q->rc says that the database is damaged. */
int ad_sql_get_enum(struct ad_sql *q, int most);
void ad_sql_get_id(struct ad_sql *q, char id[AD_INCIDENT_ID + 1]);
/* Whether all columns so far were as they should be: 1, or -1, the statement having ended. */
int ad_sql_good(struct ad_sql *q, struct ad_err *err);

/* Copy n texts of a row, so that they live on. Returns 0, or -1. */
int ad_store_keep(struct ad_store *store, struct ad_str *const *v, size_t n, struct ad_err *err);

/* What went wrong, in words: -1 or AD_STORE_AGAIN. */
int ad_store_fail(struct ad_store *store, int rc, struct ad_err *err);

/* A transaction of its own, unless there is one already (0, -1, AD_STORE_AGAIN); and its end, if it
 * is ours: a commit if rc >= 0, which is then returned. */
int ad_store_enter(struct ad_store *store, bool *own, struct ad_err *err);
int ad_store_leave(struct ad_store *store, bool own, int rc, struct ad_err *err);

/* Write a line of history. Returns 0, -1 or AD_STORE_AGAIN. */
int ad_store_note(struct ad_store *store, double wall, const char *incident, const char *what,
                  struct ad_str by, struct ad_str note, struct ad_err *err);

/* Whole id of what begins so in a table: see ad_store_find_incident(). */
int ad_store_find(struct ad_store *store, const char *sql, const char *prefix,
                  char id[AD_INCIDENT_ID + 1], struct ad_err *err);

#endif
