/* When nobody is to hear of something: silences, and maintenance windows. */
#ifndef AD_ALERT_SILENCE_H
#define AD_ALERT_SILENCE_H

#include "alert/config.h"
#include "alert/incident.h"
#include "alert/matcher.h"
#include "alert/schedule.h"

/* The clock that a time is of. */
enum ad_quiet_clock { AD_QUIET_WALL, AD_QUIET_RECORD };

struct ad_quiet {
    bool maintenance;
    struct ad_matchers match;
    double from, until; /* -INFINITY, INFINITY: not limited */
    bool scheduled;
    struct ad_schedule schedule;
    struct ad_offsets zone;
    struct ad_quiet_span {
        double from, until;
        bool in_force;
    } seen[2]; /* what was found last, by clock */
};

/* {0} is empty. */
struct ad_quiets {
    struct ad_quiet *v;
    size_t n;
};

/* Add a section [silence NAME] or [maintenance NAME]; zone: where it names none. Returns 0, or -1.
 */
int ad_quiets_add(struct ad_quiets *q, const struct ad_config *c, const struct ad_section *s,
                  const char *zone, struct ad_vocabulary *words, struct ad_err *err);
/* Add what a person said. Returns 0, or -1. */
int ad_quiets_add_silence(struct ad_quiets *q, const struct ad_silence *s,
                          struct ad_vocabulary *words, struct ad_err *err);
void ad_quiets_free(struct ad_quiets *q);

/* Whether a silence, or a maintenance window, that matches is in force at t; then *until is when to
 * ask again. */
bool ad_quiets_find(struct ad_quiets *q, bool maintenance, const struct ad_scene *scene, double t,
                    enum ad_quiet_clock clock, double *until);

#endif
