/* From records to events: what makes them one incident, how bad they are. */
#ifndef AD_ALERT_FEED_H
#define AD_ALERT_FEED_H

#include "alert/incident.h"
#include "run/command.h"

struct ad_feed {
    struct ad_severity_scale scale;
    const struct ad_names *group;
    struct ad_names more; /* fields to read: the policy's, the usual ones, those of --dedup */
    size_t npolicy, ndedup;
    struct ad_buf key;
    double newest; /* record time so far, or NAN */
};

/* Choose the fields: those the policy speaks of, group fields (a view) and `dedup`, names between
 * commas that make the key of an incident, or NULL: the detector and the group. Returns 0, or -1.
 */
int ad_feed_open(struct ad_feed *f, const struct ad_names *policy, const struct ad_names *group,
                 const char *dedup, struct ad_err *err);
void ad_feed_free(struct ad_feed *f);

/* A table lacks more.v[i]: an error only where it makes the key. Returns 0, or -1. */
int ad_feed_lacks(const struct ad_feed *f, size_t i, struct ad_err *err);

/* The record's dedup key, `detector=zscore,host=web1`, until the next call; .s NULL when out of
 * memory. Its time is noted. */
struct ad_str ad_feed_key(struct ad_feed *f, const struct ad_item *item);

/* The whole event, of which the key is `key`. */
struct ad_event ad_feed_event(struct ad_feed *f, const struct ad_item *item, struct ad_str key);

#endif
