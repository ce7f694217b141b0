#include "unit.h"

#include "record/log.h"

#include <stdio.h>

/* The fields of a line, joined by `|`, or "other" or "bad". */
static void check(const struct ad_log_cfg *cfg, const char *line, const char *want)
{
    struct ad_err err = {0};
    struct ad_log_cfg full = *cfg;
    full.block = 4;
    full.year = full.year ? full.year : 2024;
    struct ad_log *log = ad_log_open(&full, &err);
    assert_non_null(log);
    struct ad_str out[32];
    const char *why;
    struct ad_buf got = {0};
    enum ad_log_line is = ad_log_split(log, ad_str_of(line), out, &why);
    for (size_t i = 0; is == AD_LOG_RECORD && i < ad_log_names(log)->n; i++) {
        ad_buf_addz(&got, i ? "|" : "");
        ad_buf_add(&got, out[i].s, out[i].len);
    }
    if (is != AD_LOG_RECORD)
        ad_buf_addz(&got, is == AD_LOG_BAD ? "bad" : "other");
    ad_buf_add(&got, "", 1);
    assert_string_equal(got.s, want);
    ad_buf_free(&got);
    ad_log_close(log);
}

static void times_are_found(void **state)
{
    (void)state;
    const struct ad_log_cfg any = {.kind = AD_LOG_LINES};
    check(&any, "x [10/Oct/2000:13:55:36 -0700] y", "2000-10-10T13:55:36-0700");
    check(&any, "Mar  4 05:06:07 h x", "2024-03-04T05:06:07");
    check(&any, "Mar 4 05:06:07.25 h x", "2024-03-04T05:06:07.25");
    check(&any, "Mar 14 2023 05:06:07 h x", "2023-03-14T05:06:07");
    check(&any, "[Sun Mar 04 05:06:07.5 2012] x", "2012-03-04T05:06:07.5");
    check(&any, "I 2024-03-31T02:30:00,123+02:00 x", "2024-03-31T02:30:00.123+02:00");
    check(&any, "2024/03/31 02:30:00 x", "2024-03-31T02:30:00");
    check(&any, "2024-03-31 23:59:60Z", "2024-03-31T23:59:60Z");
    check(&any, "1714557605.25 x", "1714557605.25");
    check(&any, "[1714557605123] x", "1714557605123");
    check(&any, "no 1714557605 x", "bad");
    check(&any, "Mar 44x 05:06:07", "bad");
    check(&any, "", "bad");
}

static void web_logs(void **state)
{
    (void)state;
    const struct ad_log_cfg web = {.kind = AD_LOG_WEB};
    check(&web,
          "192.0.2.1 - al ice [10/Oct/2000:13:55:36 +0000] \"GET /a b?\\\"c HTTP/1.0\" 200 12 "
          "\"http://r/\" \"ua \\\" x\"",
          "2000-10-10T13:55:36+0000|192.0.2.1|al ice|GET|/a b?\\\"c|200|12|http://r/|ua \\\" x||");
    check(&web, "::1 - - [10/Oct/2000:13:55:36 +0000] \"-\" 408 -",
          "2000-10-10T13:55:36+0000|::1||||408|||||");
    check(&web, "[Sun Mar 04 05:06:07 2012] [error] [client 2001:db8::1] a [b]",
          "2012-03-04T05:06:07|2001:db8::1||||||||error|a [b]");
    check(&web, "2024/05/01 10:00:00 [warn] 7#7: *1 x, client: 192.0.2.1, server: y",
          "2024-05-01T10:00:00|192.0.2.1||||||||warn|7#7: *1 x, client: 192.0.2.1, server: y");
    check(&web, "192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] \"GET / HTTP/1.0 200 12", "bad");
    check(&web, "192.0.2.1 - - [10/Oct", "bad");
    check(&web, "[", "bad");
}

static void syslogs(void **state)
{
    (void)state;
    const struct ad_log_cfg syslog = {.kind = AD_LOG_SYSLOG};
    check(&syslog, "<13>Mar  4 05:06:07 h cron[12]: a: b", "2024-03-04T05:06:07|h|cron|12|a: b");
    check(&syslog, "<34>1 2024-05-01T10:00:00.003Z h p - - [x y=\"]\"][z] m",
          "2024-05-01T10:00:00.003Z|h|p||m");
    check(&syslog, "Mar  4 05:06:07 h last message repeated",
          "2024-03-04T05:06:07|h|||last message repeated");
    check(&syslog, "Mar  4 05:06:07", "bad");
}

/* Names that somebody chose to look like an address are not taken for one. */
static void sshd_lines(void **state)
{
    (void)state;
    const struct ad_log_cfg sshd = {.kind = AD_LOG_SSHD};
#define HEAD "Mar  4 05:06:07 h sshd[1]: "
    const struct {
        const char *message, *rest;
    } cases[] = {
        {"Failed password for root from 192.0.2.1 port 22 ssh2",
         "failed|root|192.0.2.1|22|password"},
        {"Failed password for invalid user x from 198.51.100.1 port 1 ssh2 from 192.0.2.1 port 22 "
         "ssh2",
         "failed|x from 198.51.100.1 port 1 ssh2|192.0.2.1|22|password"},
        {"Accepted publickey for al from 2001:db8::1 port 5 ssh2: RSA x",
         "accepted|al|2001:db8::1|5|publickey"},
        {"Invalid user bob from 192.0.2.1", "invalid|bob|192.0.2.1||"},
        {"Connection closed by 192.0.2.1 [preauth]", "end||192.0.2.1||"},
        {"Received disconnect from 192.0.2.1: 11: Bye", "end||192.0.2.1||"},
        {"pam_unix(sshd:auth): authentication failure; rhost=192.0.2.1  user=root",
         "other||192.0.2.1||"},
        {"reverse mapping checking getaddrinfo for x.y [192.0.2.1] failed", "other||192.0.2.1||"},
        {"Server listening on port 22.", "other||||"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[300], want[600];
        snprintf(line, sizeof line, HEAD "%s", cases[i].message);
        snprintf(want, sizeof want, "2024-03-04T05:06:07|h|sshd|1|%s|%s", cases[i].message,
                 cases[i].rest);
        check(&sshd, line, want);
    }
    check(&sshd, "Mar  4 05:06:07 h cron[1]: Failed password", "other");
}

static void patterns(void **state)
{
    (void)state;
    struct ad_log_cfg cfg = {.kind = AD_LOG_LINES,
                             .pattern = "a(b|c)+=(?<x>\\d+)[(\\[](?P<y>[^])]*)"};
    check(&cfg, "1714557605 abc=12(zz)", "1714557605|12|zz");
    check(&cfg, "1714557605 abc=1x(zz)", "other");
    cfg.pattern = "one|(?<two>two)";
    check(&cfg, "1714557605 one", "1714557605|");
    check(&cfg, "1714557605 two", "1714557605|two");
    cfg.pattern = "colou?r\\.x{2}";
    check(&cfg, "1714557605 color.xx", "1714557605");
    check(&cfg, "1714557605 color.x", "other");
    cfg.pattern = "at (?<time>[0-9:T-]+)";
    check(&cfg, "1714557605 at 2024-01-02T03:04:05", "2024-01-02T03:04:05");
    cfg = (struct ad_log_cfg){.kind = AD_LOG_SSHD, .pattern = "from (?<ip>[0-9.]+)"};
    check(&cfg, "Mar  4 05:06:07 h sshd[1]: x from 192.0.2.7",
          "2024-03-04T05:06:07|h|sshd|1|x from 192.0.2.7|other||192.0.2.7||");
    const char *wrong[] = {"(", "[a", "(?<x", "(?<>a)", "(?:a)", "a\\1", "", "a{2,1}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct ad_err err = {0};
        cfg.pattern = wrong[i];
        cfg.block = 1;
        assert_null(ad_log_open(&cfg, &err));
        assert_non_null(strstr(err.text, "--pattern"));
        ad_err_free(&err);
    }
}

/* A log in order, with stragglers at the turn of the year. */
static void years_go_on(void **state)
{
    (void)state;
    static const char *const lines[][2] = {
        {"Nov 30 00:00:00 h x", "2022-11-30T00:00:00"},
        {"Dec 31 00:00:00 h x", "2022-12-31T00:00:00"},
        {"Jan  1 00:00:00 h x", "2023-01-01T00:00:00"},
        {"Dec 31 23:59:59 h x", "2022-12-31T23:59:59"},
        {"Jan  1 00:00:01 h x", "2023-01-01T00:00:01"},
        {"Mar  1 00:00:00 h x", "2023-03-01T00:00:00"},
        {"Feb 28 00:00:00 h x", "2023-02-28T00:00:00"},
        {"Oct  1 00:00:00 h x", "2023-10-01T00:00:00"},
        {"Feb 29 00:00:00 h x", "2024-02-29T00:00:00"},
    };
    struct ad_err err = {0};
    const struct ad_log_cfg cfg = {.kind = AD_LOG_LINES, .year = 2022, .block = 2};
    struct ad_log *log = ad_log_open(&cfg, &err);
    struct ad_str out[1];
    const char *why;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_int_equal(ad_log_split(log, ad_str_of(lines[i][0]), out, &why), AD_LOG_RECORD);
        assert_true(ad_str_eq(out[0], ad_str_of(lines[i][1])));
    }
    ad_log_close(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_found), cmocka_unit_test(web_logs),
        cmocka_unit_test(syslogs),         cmocka_unit_test(sshd_lines),
        cmocka_unit_test(patterns),        cmocka_unit_test(years_go_on),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
