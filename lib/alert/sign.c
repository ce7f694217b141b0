#include "alert/sign.h"

#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <nettle/sha2.h>
#include <stdio.h>

int ad_sign_key(struct ad_str secret, struct ad_buf *key, struct ad_err *err)
{
    static const char prefix[] = "whsec_";
    enum { LEAST = 24, MOST = 64 };
    struct base64_decode_ctx ctx;
    if (secret.len >= sizeof prefix - 1 && memcmp(secret.s, prefix, sizeof prefix - 1) == 0) {
        secret.s += sizeof prefix - 1;
        secret.len -= sizeof prefix - 1;
    }
    size_t len = BASE64_DECODE_LENGTH(secret.len);
    char *to = ad_buf_room(key, len + 1);
    if (!to)
        return ad_err_nomem(err);
    base64_decode_init(&ctx);
    if (!base64_decode_update(&ctx, &len, (uint8_t *)to, secret.len, secret.s) ||
        !base64_decode_final(&ctx))
        return ad_err_set(err, "a signing secret is base64 behind whsec_");
    if (len < LEAST || len > MOST)
        return ad_err_set(err, "a signing secret has %d to %d bytes, this one %zu", LEAST, MOST,
                          len);
    key->len += len;
    return 0;
}

int ad_base64_add(struct ad_buf *out, struct ad_str v)
{
    size_t len = BASE64_ENCODE_RAW_LENGTH(v.len);
    char *to = ad_buf_room(out, len);
    if (!to)
        return -1;
    base64_encode_raw(to, v.len, (const uint8_t *)v.s);
    out->len += len;
    return 0;
}

int ad_sign_webhook(struct ad_buf *out, struct ad_str key, struct ad_str id, long long timestamp,
                    struct ad_str body)
{
    struct hmac_sha256_ctx ctx;
    uint8_t digest[SHA256_DIGEST_SIZE];
    char stamp[32];
    int n = snprintf(stamp, sizeof stamp, ".%lld.", timestamp);
    hmac_sha256_set_key(&ctx, key.len, (const uint8_t *)key.s);
    hmac_sha256_update(&ctx, id.len, (const uint8_t *)id.s);
    hmac_sha256_update(&ctx, (size_t)n, (const uint8_t *)stamp);
    hmac_sha256_update(&ctx, body.len, (const uint8_t *)body.s);
    hmac_sha256_digest(&ctx, sizeof digest, digest);
    ad_buf_addz(out, "v1,");
    return ad_base64_add(out, (struct ad_str){(const char *)digest, sizeof digest});
}

int ad_sign_hash(struct ad_buf *out, struct ad_str v)
{
    static const char hex[] = "0123456789abcdef";
    struct sha256_ctx ctx;
    uint8_t digest[SHA256_DIGEST_SIZE];
    char *to = ad_buf_room(out, sizeof digest * 2);
    if (!to)
        return -1;
    sha256_init(&ctx);
    sha256_update(&ctx, v.len, (const uint8_t *)v.s);
    sha256_digest(&ctx, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        to[2 * i] = hex[digest[i] >> 4];
        to[2 * i + 1] = hex[digest[i] & 15];
    }
    out->len += sizeof digest * 2;
    return 0;
}
