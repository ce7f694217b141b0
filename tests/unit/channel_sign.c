#include "unit.h"

#include "alert/sign.h"

static void assert_text(const struct ad_buf *got, const char *want)
{
    assert_int_equal(got->len, strlen(want));
    assert_memory_equal(got->s, want, got->len);
}

/* printf '%s' 'id.1700000000.{"a":1}' | openssl dgst -sha256 -mac HMAC -macopt \
 *     hexkey:31c29f47d2bc18aa2b4d38d4f03f0f20b3c8a1a3f0b5b8a4 -binary | base64
 * (the key is what base64 -d makes of the secret) */
static void webhook(void **state)
{
    struct ad_buf key = {0}, out = {0};
    struct ad_err err = {0};
    (void)state;
    assert_int_equal(ad_sign_key(ad_str_of("whsec_McKfR9K8GKorTTjU8D8PILPIoaPwtbik"), &key, &err),
                     0);
    assert_int_equal(key.len, 24);
    assert_int_equal(ad_sign_webhook(&out, (struct ad_str){key.s, key.len}, ad_str_of("id"),
                                     1700000000, ad_str_of("{\"a\":1}")),
                     0);
    assert_text(&out, "v1,liaiqnibcFFEtIMrK/b1F1QwD9p2favZKVxpu7DYClU=");
    ad_buf_free(&key);
    ad_buf_free(&out);
}

static void secrets_that_are_none(void **state)
{
    static const char *const bad[] = {"",
                                      "whsec_",
                                      "whsec_c2hvcnQ=",
                                      "whsec_McKfR9K8GKorTTjU8D8PILPIoaPwtbi",
                                      "not base64!",
                                      "WHSEC_McKfR9K8GKorTTjU8D8PILPIoaPwtbik"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ad_buf key = {0};
        struct ad_err err = {0};
        assert_int_equal(ad_sign_key(ad_str_of(bad[i]), &key, &err), -1);
        assert_null(bad[i][0] ? strstr(err.text, bad[i]) : NULL);
        ad_err_free(&err);
        ad_buf_free(&key);
    }
}

/* printf abc | sha256sum (FIPS 180-2, appendix B.1) */
static void hash(void **state)
{
    struct ad_buf out = {0};
    (void)state;
    assert_int_equal(ad_sign_hash(&out, ad_str_of("abc")), 0);
    assert_text(&out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    ad_buf_free(&out);
}

/* RFC 4648, section 10 */
static void base64(void **state)
{
    static const char *const cases[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ad_buf out = {0};
        assert_int_equal(ad_base64_add(&out, ad_str_of(cases[i][0])), 0);
        assert_text(&out, cases[i][1]);
        ad_buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(webhook),
        cmocka_unit_test(secrets_that_are_none),
        cmocka_unit_test(hash),
        cmocka_unit_test(base64),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
