/* Hashes and signatures, by nettle. */
#ifndef AD_ALERT_SIGN_H
#define AD_ALERT_SIGN_H

#include "base/err.h"
#include "base/str.h"

/* Append the key that a secret of Standard Webhooks 1.0 stands for: base64 of 24 to 64 bytes behind
 * an optional `whsec_`. Returns 0, or -1 with a text that does not show it. */
int ad_sign_key(struct ad_str secret, struct ad_buf *key, struct ad_err *err);

/* Append `v1,` and the base64 of the HMAC-SHA256 of `id.timestamp.body` (Standard Webhooks 1.0).
 * Returns 0, or -1 when out of memory. */
int ad_sign_webhook(struct ad_buf *out, struct ad_str key, struct ad_str id, long long timestamp,
                    struct ad_str body);

/* Append the SHA-256 of v in 64 hexadecimal digits. Returns 0, or -1 when out of memory. */
int ad_sign_hash(struct ad_buf *out, struct ad_str v);

/* Append v as base64 (RFC 4648), without line ends. Returns 0, or -1 when out of memory. */
int ad_base64_add(struct ad_buf *out, struct ad_str v);

#endif
