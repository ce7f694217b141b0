/* State files that are anything: no crash, no more memory than allowed, and what loads keeps its
 * promises. Bytes that are no container are also tried as the inside of one, its magic and checksum
 * right, for the checksum stops nearly all else. */
#include "run/container.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 1 << 16, MAGIC_LEN = 8, CRC_LEN = 4 };

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* Read every byte, for the sanitizers to see. */
static void touch(struct ad_str v)
{
    volatile unsigned sum = 0;
    for (size_t i = 0; i < v.len; i++)
        sum += (unsigned char)v.s[i];
    (void)sum;
}

static int parse(const char *s, size_t len)
{
    struct ad_container c;
    struct ad_err err = {0};
    if (ad_container_parse((struct ad_str){s, len}, "fuzz", MOST, &c, &err)) {
        check(err.text);
        ad_err_free(&err);
        return -1;
    }
    check(c.payload.len <= MOST && c.noption <= len);
    touch(c.payload);
    touch(c.detector);
    for (size_t i = 0; i < c.noption; i++) {
        touch(c.options[i].key);
        touch(c.options[i].value);
    }
    struct ad_container other = c;
    other.noption = 0;
    check(ad_container_match(&c, &other, "fuzz", &err) == (c.noption ? -1 : 0));
    check(ad_container_match(&other, &c, "fuzz", &err) == (c.noption ? -1 : 0));
    other = c;
    other.version = c.version - 1;
    check(c.version == 0 || ad_container_match(&c, &other, "fuzz", &err));
    ad_err_free(&err);
    ad_container_free(&c);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t len = MAGIC_LEN + size + CRC_LEN;
    char *s = malloc(len);
    check(s);
    parse((const char *)data, size);
    memcpy(s, "adkit\x1a\r\n", MAGIC_LEN);
    if (size)
        memcpy(s + MAGIC_LEN, data, size);
    uLong crc = crc32(0, (const unsigned char *)s, (uInt)(len - CRC_LEN));
    for (int i = 0; i < CRC_LEN; i++)
        s[len - CRC_LEN + (size_t)i] = (char)(crc >> 8 * i);
    if (parse(s, len) == 0 && size) {
        size_t at = data[size / 2] % len; /* one flipped bit somewhere: never again */
        s[at] = (char)(s[at] ^ 1 << data[0] % 8);
        check(parse(s, len));
    }
    free(s);
    return 0;
}
