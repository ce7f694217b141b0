#include "alert/mail.h"

#include "alert/sign.h"
#include "alert/text.h"

#include <stdio.h>

static bool is_plain(struct ad_str v)
{
    for (size_t i = 0; i < v.len; i++) {
        bool word = i + 1 < v.len && v.s[i] == '=' && v.s[i + 1] == '?';
        if (v.s[i] < 0x20 || v.s[i] > 0x7e || word)
            return false;
    }
    return true;
}

/* The bytes of v, at most `most`, that end where a character does; v is valid UTF-8. */
static size_t whole_chars(struct ad_str v, size_t most)
{
    if (v.len <= most)
        return v.len;
    while (most && ((unsigned char)v.s[most] & 0xc0) == 0x80)
        most--;
    return most;
}

/* RFC 2047: words of at most 75 characters, each whole by itself. */
static void add_words(struct ad_buf *out, struct ad_str v, const char *eol)
{
    enum { BYTES = 45 }; /* 60 of base64, and 12 around them */
    while (v.len) {
        size_t n = whole_chars(v, BYTES);
        ad_buf_addz(out, "=?UTF-8?B?");
        ad_base64_add(out, (struct ad_str){v.s, n});
        ad_buf_addz(out, "?=");
        v.s += n;
        v.len -= n;
        if (v.len) {
            ad_buf_addz(out, eol);
            ad_buf_addz(out, " ");
        }
    }
}

static void add_header(struct ad_buf *out, const char *name, struct ad_str v, const char *eol)
{
    ad_buf_addz(out, name);
    ad_buf_addz(out, ": ");
    ad_buf_add(out, v.s, v.len);
    ad_buf_addz(out, eol);
}

static void add_subject(struct ad_buf *out, struct ad_str subject, const char *eol)
{
    enum { MOST = 300 };
    struct ad_buf line = {0};
    if (ad_text_add(&line, subject, AD_AS_LINE, MOST))
        out->failed = true;
    ad_buf_addz(out, "Subject: ");
    /* A short one stays readable in logs and to grep; what looks like an encoded word is none. */
    if (line.len < 66 && is_plain(ad_buf_str(&line)))
        ad_buf_add(out, line.s, line.len);
    else
        add_words(out, ad_buf_str(&line), eol);
    ad_buf_addz(out, eol);
    ad_buf_free(&line);
}

/* In English and UTC, whatever the locale. */
static void add_date(struct ad_buf *out, time_t date, const char *eol)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct tm tm = {0};
    char text[64];
    gmtime_r(&date, &tm);
    snprintf(text, sizeof text, "%.3s, %02d %.3s %d %02d:%02d:%02d +0000", days + 3 * tm.tm_wday,
             tm.tm_mday, months + 3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
             tm.tm_sec);
    add_header(out, "Date", ad_str_of(text), eol);
}

/* <local@host of the sender>; what is no letter or digit is left out. */
static void add_id(struct ad_buf *out, const char *name, struct ad_str local, struct ad_str from,
                   const char *eol)
{
    const char *at = memchr(from.s, '@', from.len);
    ad_buf_addz(out, name);
    ad_buf_addz(out, ": <");
    for (size_t i = 0; i < local.len && i < 128; i++) {
        char c = local.s[i];
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
            ad_buf_add(out, &c, 1);
    }
    ad_buf_addz(out, ".adkit@");
    if (at && at + 1 < from.s + from.len)
        ad_buf_add(out, at + 1, (size_t)(from.s + from.len - at - 1));
    else
        ad_buf_addz(out, "localhost");
    ad_buf_addz(out, ">");
    ad_buf_addz(out, eol);
}

static void add_part(struct ad_buf *out, const char *boundary, const char *type, struct ad_str text,
                     const char *eol)
{
    enum { LINE = 57 }; /* 76 characters */
    ad_buf_addz(out, "--");
    ad_buf_addz(out, boundary);
    ad_buf_addz(out, eol);
    ad_buf_addz(out, "Content-Type: ");
    ad_buf_addz(out, type);
    ad_buf_addz(out, "; charset=utf-8");
    ad_buf_addz(out, eol);
    add_header(out, "Content-Transfer-Encoding", ad_str_of("base64"), eol);
    ad_buf_addz(out, eol);
    for (size_t i = 0; i < text.len; i += LINE) {
        size_t n = text.len - i < LINE ? text.len - i : LINE;
        ad_base64_add(out, (struct ad_str){text.s + i, n});
        ad_buf_addz(out, eol);
    }
}

int ad_mail_write(struct ad_buf *out, const struct ad_mail *mail)
{
    /* "=_" can be in no base64. */
    static const char boundary[] = "=_adkit_alternative_=";
    const char *eol = mail->eol;
    struct ad_str from = ad_mail_address(ad_str_of(mail->from));
    add_header(out, "From", ad_str_of(mail->from), eol);
    add_header(out, "To", ad_str_of(mail->to), eol);
    add_subject(out, mail->subject, eol);
    add_date(out, mail->date, eol);
    add_id(out, "Message-Id", mail->id, from, eol);
    add_id(out, "References", mail->thread, from, eol);
    add_id(out, "In-Reply-To", mail->thread, from, eol);
    add_header(out, "Auto-Submitted", ad_str_of("auto-generated"), eol);
    add_header(out, "MIME-Version", ad_str_of("1.0"), eol);
    ad_buf_addz(out, "Content-Type: multipart/alternative; boundary=\"");
    ad_buf_addz(out, boundary);
    ad_buf_addz(out, "\"");
    ad_buf_addz(out, eol);
    ad_buf_addz(out, eol);
    add_part(out, boundary, "text/plain", mail->text, eol);
    add_part(out, boundary, "text/html", mail->html, eol);
    ad_buf_addz(out, "--");
    ad_buf_addz(out, boundary);
    ad_buf_addz(out, "--");
    return ad_buf_addz(out, eol);
}

struct ad_str ad_mail_address(struct ad_str v)
{
    static const struct ad_str none = {0};
    v = ad_str_trim(v);
    for (size_t i = 0; i < v.len; i++)
        if (v.s[i] < 0x20 || v.s[i] > 0x7e)
            return none;
    const char *open = v.len ? memchr(v.s, '<', v.len) : NULL;
    if (open) {
        if (v.s[v.len - 1] != '>')
            return none;
        v = (struct ad_str){open + 1, (size_t)(v.s + v.len - open - 2)};
    }
    for (size_t i = 0; i < v.len; i++)
        if (strchr(" <>,;\"()", v.s[i]))
            return none;
    bool option = v.len && *v.s == '-';
    return v.len && !option ? v : none;
}
