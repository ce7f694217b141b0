#include "unit.h"

#include "alert/mail.h"

#include <stdio.h>

static void assert_address(const char *v, const char *want)
{
    struct ad_str got = ad_mail_address(ad_str_of(v));
    if (!want) {
        assert_null(got.s);
        return;
    }
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.s, want, got.len);
}

static void addresses(void **state)
{
    (void)state;
    assert_address("a@b", "a@b");
    assert_address(" root ", "root");
    assert_address("The Name <a.b+c@d.example>", "a.b+c@d.example");
    assert_address("a@b, c@d", NULL);
    assert_address("a@b>", NULL);
    assert_address("<a@b", NULL);
    assert_address("x <a@b> y", NULL);
    assert_address("-oQ/tmp", NULL);
    assert_address("a@b\r\nBcc: x@y", NULL);
    assert_address("n\xc3\xa9 <a@b>", NULL);
    assert_address("", NULL);
    assert_address("<>", NULL);
}

static void assert_subject(const char *subject, const char *want)
{
    struct ad_mail mail = {.from = "a@b.example",
                           .to = "c@d",
                           .subject = ad_str_of(subject),
                           .id = ad_str_of("12\r\n"),
                           .thread = ad_str_of("34"),
                           .date = 1700000000,
                           .text = ad_str_of("x"),
                           .html = ad_str_of("y"),
                           .eol = "\n"};
    struct ad_buf b = {0};
    char head[2000];
    assert_int_equal(ad_mail_write(&b, &mail), 0);
    int n = snprintf(head, sizeof head,
                     "From: a@b.example\nTo: c@d\nSubject: %s\n"
                     "Date: Tue, 14 Nov 2023 22:13:20 +0000\n"
                     "Message-Id: <12.adkit@b.example>\nReferences: <34.adkit@b.example>\n",
                     want);
    assert_true(b.len > (size_t)n);
    assert_memory_equal(b.s, head, (size_t)n);
    ad_buf_free(&b);
}

/* date -Rud @1700000000; encoded words by python3 -c 'import base64; print(base64.b64encode(...))'
 * of at most 45 bytes each, RFC 2047, section 2. */
static void subjects(void **state)
{
    (void)state;
    assert_subject("plain", "plain");
    assert_subject("two\r\nBcc: x@y", "two  Bcc: x@y");
    assert_subject("=?UTF-8?B?AA==?=", "=?UTF-8?B?PT9VVEYtOD9CP0FBPT0/PQ==?=");
    assert_subject("\xc3\xa9", "=?UTF-8?B?w6k=?=");
    assert_subject("0123456789012345678901234567890123456789012\xc3\xa9\xc3\xa9",
                   "=?UTF-8?B?MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMsOp?=\n"
                   " =?UTF-8?B?w6k=?=");
    assert_subject("01234567890123456789012345678901234567890123\xc3\xa9",
                   "=?UTF-8?B?MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM=?=\n"
                   " =?UTF-8?B?w6k=?=");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(subjects),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
