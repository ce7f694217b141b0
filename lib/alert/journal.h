/* What the policy has said since the last commit, copied, so that the transaction is a short one.
 */
#ifndef AD_ALERT_JOURNAL_H
#define AD_ALERT_JOURNAL_H

#include "alert/store.h"

struct ad_journal_entry;

/* {0} is empty. */
struct ad_journal {
    struct ad_journal_entry **v;
    size_t n, cap;
};

/* Each returns 0, or -1 when out of memory. */
int ad_journal_incident(struct ad_journal *j, const struct ad_incident *in);
int ad_journal_notice(struct ad_journal *j, const struct ad_notice *notice);
/* A request is done. */
int ad_journal_answer(struct ad_journal *j, int64_t request);

/* What ad_alert_sink.known asks, of the incidents in it. */
int ad_journal_knows(const struct ad_journal *j, const struct ad_incident *in);

/* Put all of it into the store, between its begin and commit. Returns 0, -1 or AD_STORE_AGAIN. */
int ad_journal_write(const struct ad_journal *j, struct ad_store *store, double wall,
                     struct ad_err *err);

void ad_journal_clear(struct ad_journal *j);
void ad_journal_free(struct ad_journal *j);

#endif
