/* Several fields out of one: what a value is beside those before it, for detectors of many fields.
 */
#ifndef AD_DETECT_FEATURES_H
#define AD_DETECT_FEATURES_H

#include "detect/detector.h"

enum { AD_FEATURES = 8 };

/* What they are called in reasons; that of the value itself is "value". */
extern const char *const ad_feature_name[AD_FEATURES];

/* The recent course of one series. */
struct ad_features;

/* NULL when out of memory. */
struct ad_features *ad_features_new(void);
void ad_features_free(struct ad_features *f);

/* The features of a sample of one value (not missing) into out[AD_FEATURES], NAN for those that
 * there is not yet enough for; then the sample counts among those before. Returns 0, or -1 when
 * out of memory. */
int ad_features_next(struct ad_features *f, const struct ad_sample *s, double *out);

void ad_features_save(const struct ad_features *f, struct ad_save *out);
/* Into a new one. Hostile input: returns 0, or -1 if anything is off. */
int ad_features_load(struct ad_features *f, struct ad_load *in);

#endif
