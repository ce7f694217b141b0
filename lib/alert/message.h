/* A notice as channels read it: valid UTF-8, its members at hand, and what a person wants to know.
 */
#ifndef AD_ALERT_MESSAGE_H
#define AD_ALERT_MESSAGE_H

#include "alert/incident.h"
#include "base/err.h"

/* The members of a notice (README.md). */
enum ad_member {
    AD_M_NOTICE,
    AD_M_INCIDENT,
    AD_M_DEDUP_KEY,
    AD_M_EVENT,
    AD_M_STATE,
    AD_M_SEVERITY,
    AD_M_TITLE,
    AD_M_REASON,
    AD_M_DETECTOR,
    AD_M_RULE,
    AD_M_TAGS,
    AD_M_GROUP,
    AD_M_SCORE,
    AD_M_COUNT,
    AD_M_STARTED,
    AD_M_UPDATED,
    AD_M_RESOLVED,
    AD_M_BY,
    AD_M_SUPPRESSED,
    AD_M_LEVEL,
    AD_M_CHANNEL,
    AD_M_RECORD,
    AD_M_WITH,
    AD_MEMBERS
};

/* Their names, in that order. */
extern const char *const ad_member_name[AD_MEMBERS];

struct ad_message {
    struct ad_str doc;              /* the whole notice */
    struct ad_str json[AD_MEMBERS]; /* its members as they stand there; null where absent */
    struct ad_str text[AD_MEMBERS]; /* strings decoded, the rest as JSON; "" for null */
    bool over;                      /* resolved or expired: nobody needs to do anything */
    enum ad_severity severity;
    struct ad_buf clean, decoded; /* what the views point to */
};

/* Read a notice; bytes that are not UTF-8 and lone surrogates become U+FFFD. Returns 0, -1 if it
 * is no JSON object, or AD_MESSAGE_NOMEM. To be freed in any case; start with {0}. */
enum { AD_MESSAGE_NOMEM = -2 };
int ad_message_read(struct ad_message *m, struct ad_str notice, struct ad_err *err);
void ad_message_free(struct ad_message *m);

/* Call each() with the name and the text of every member of a JSON object that was read as part of
 * a message, until it returns false. name and text live until each() returns. */
void ad_message_members(struct ad_str object, bool (*each)(void *, struct ad_str, struct ad_str),
                        void *arg);

/* The elements of a JSON array that was read as part of a message, in order, as JSON. Start with
 * *at = 0; false when there are no more. An array of "" has none. */
bool ad_message_element(struct ad_str array, size_t *at, struct ad_str *json);

/* Append the text of a JSON value: of a string what it stands for, of null nothing, of anything
 * else the JSON. Returns 0, or -1 when out of memory. */
int ad_message_value(struct ad_str json, struct ad_buf *out);

/* Call each() for what a person wants to know beyond title and reason: group fields, severity,
 * times, other incidents of the same message ("also"). */
void ad_message_facts(const struct ad_message *m,
                      bool (*each)(void *, struct ad_str, struct ad_str), void *arg);

/* Append those facts as lines `label: text`. Returns 0, or -1 when out of memory. */
int ad_message_lines(const struct ad_message *m, struct ad_buf *out);

#endif
