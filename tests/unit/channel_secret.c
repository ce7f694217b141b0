#include "unit.h"

#include "alert/secret.h"

static void assert_redacted(const struct ad_secrets *s, const char *text, const char *want)
{
    struct ad_buf b = {0};
    ad_buf_addz(&b, text);
    ad_secrets_redact(s, &b);
    assert_int_equal(b.len, strlen(want));
    if (b.len)
        assert_memory_equal(b.s, want, b.len);
    ad_buf_free(&b);
}

static void keys_in_any_spelling(void **state)
{
    struct ad_secrets s = {0};
    (void)state;
    assert_redacted(&s, "nothing to hide", "nothing to hide");
    assert_int_equal(ad_secrets_hide(&s, ad_str_of("Bearer a\"b/c&d")), 0);
    assert_int_equal(ad_secrets_longest(&s), strlen("Bearer a&quot;b/c&amp;d"));
    assert_redacted(&s, "", "");
    assert_redacted(&s, "x Bearer a\"b/c&d y", "x *** y");
    assert_redacted(&s, "xa\"b/c&dy", "x***y");
    assert_redacted(&s, "{\"k\":\"a\\\"b/c&d\"}", "{\"k\":\"***\"}");
    assert_redacted(&s, "?k=a%22b%2Fc%26d&", "?k=***&");
    assert_redacted(&s, "<b>a&quot;b/c&amp;d</b>", "<b>***</b>");
    assert_redacted(&s, "a\"b/c&a\"b/c&d", "a\"b/c&***");
    ad_secrets_free(&s);
}

static void urls_and_their_parts(void **state)
{
    struct ad_secrets s = {0};
    (void)state;
    ad_secrets_hide_url(
        &s, ad_str_of("https://me:pass@h.example/services/T0/longenough?sig=SIGSIGSIG"));
    assert_redacted(&s, "GET /services/T0/longenough?sig=SIGSIGSIG failed", "GET *** failed");
    assert_redacted(&s, "no longenough at h.example", "no *** at h.example");
    assert_redacted(&s, "SIGSIGSIG, me:pass, pass", "***, ***, ***");
    assert_redacted(&s, "https://me:pass@h.example/services/T0/longenough?sig=SIGSIGSIG", "***");
    ad_secrets_free(&s);
    /* printf 'me:p/w' | base64 */
    ad_secrets_hide_url(&s, ad_str_of("https://me:p%2Fw@h.example/"));
    assert_redacted(&s, "Basic bWU6cC93, p/w, p%2Fw, me", "Basic ***, ***, ***, me");
    ad_secrets_free(&s);
    ad_secrets_hide_url(&s, ad_str_of("https://h.example/"));
    assert_redacted(&s, "a/b h.example", "a/b h.example");
    ad_secrets_free(&s);
    ad_secrets_hide_url(&s, ad_str_of("nonsense"));
    assert_redacted(&s, "nonsense /", "*** /");
    ad_secrets_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_in_any_spelling),
        cmocka_unit_test(urls_and_their_parts),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
