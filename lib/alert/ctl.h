/* The commands of ad-alertctl. */
#ifndef AD_ALERT_CTL_H
#define AD_ALERT_CTL_H

#include "alert/store.h"
#include "base/time.h"
#include "run/table.h"

struct ad_ctl_settings {
    const char *db, *state, *by, *note, *from, *until, *comment, *zone;
    double last, wait; /* --for, of the lock */
    int out;           /* enum of run/settings.h: AD_TEXT_AUTO ... */
    bool exit_code, quiet, help, version;
};

/* A call of ad-alertctl. */
struct ad_ctl {
    struct ad_ctl_settings set;
    struct ad_store *store; /* NULL: the command needs none */
    struct ad_sink out;
    struct ad_clock *clock;
    double now;
    bool table, colour;      /* for people */
    struct ad_format format; /* else for programs */
    bool found;              /* there was something to list */
    struct ad_err err;
};

/* A command with n arguments. All return 0, or -1 or AD_STORE_AGAIN with c->err set. */
typedef int ad_ctl_command(struct ad_ctl *c, int n, char **arg);

/* ctl_view.c, ctl_show.c */
ad_ctl_command ad_ctl_list, ad_ctl_show, ad_ctl_history, ad_ctl_outbox, ad_ctl_silences,
    ad_ctl_stats;
/* ctl_act.c */
ad_ctl_command ad_ctl_acknowledge, ad_ctl_unacknowledge, ad_ctl_resolve, ad_ctl_silence,
    ad_ctl_expire, ad_ctl_retry, ad_ctl_drop;
/* ctl_try.c */
ad_ctl_command ad_ctl_verify, ad_ctl_check, ad_ctl_test;

/* ctl_print.c. Print the table as asked for and free it. Returns 0, or -1. */
int ad_ctl_table(struct ad_ctl *c, struct ad_table *t);

/* A cell: a time (local for people, else RFC 3339 in UTC; NAN: empty), an id (short for people). */
void ad_ctl_time(struct ad_ctl *c, struct ad_table *t, double time);
void ad_ctl_id(struct ad_ctl *c, struct ad_table *t, const char *id);
/* A cell of the members of an object: `host=web1 dc=b`. */
void ad_ctl_group(struct ad_ctl *c, struct ad_table *t, struct ad_str object);

/* Append them to text: of any length, control bytes as \xNN. */
void ad_ctl_add_time(struct ad_ctl *c, struct ad_buf *b, double time);
void ad_ctl_add_group(struct ad_buf *b, struct ad_str object);
void ad_ctl_add_visible(struct ad_buf *b, struct ad_str text);
enum { AD_CTL_ID = 8 }; /* digits of a short id */

/* Members of an object under construction: `"name":"text"` and so on, with a comma before all but
 * the first. Times are RFC 3339 or null; JSON that is none becomes a text. */
void ad_ctl_json_text(struct ad_buf *b, const char *name, struct ad_str text);
void ad_ctl_json_number(struct ad_buf *b, const char *name, double x);
void ad_ctl_json_time(struct ad_buf *b, const char *name, double time);
void ad_ctl_json_object(struct ad_buf *b, const char *name, struct ad_str json);

/* All of an incident but its braces. */
void ad_ctl_json_incident(struct ad_buf *b, const struct ad_incident *in);

/* A line for whoever asked, unless --quiet. */
void ad_ctl_say(struct ad_ctl *c, const char *fmt, ...) AD_PRINTF(2, 3);

/* Print what was built. Returns 0, or -1. */
int ad_ctl_write(struct ad_ctl *c, struct ad_buf *b);

/* The whole id of an incident or a notice called so for short. Returns 0, -1 or AD_STORE_AGAIN. */
int ad_ctl_incident_id(struct ad_ctl *c, const char *given, char id[AD_INCIDENT_ID + 1]);
int ad_ctl_notice_id(struct ad_ctl *c, const char *given, char id[AD_INCIDENT_ID + 1]);

/* The union of what the words of a list between commas mean; NULL ends the words. Returns 0, or -1.
 */
struct ad_ctl_word {
    const char *name;
    unsigned set;
};
int ad_ctl_words(struct ad_ctl *c, const char *list, const struct ad_ctl_word *word, unsigned *set);

#endif
