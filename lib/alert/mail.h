/* A message of RFC 5322 and MIME, as a text for those without HTML and a page for the others. */
#ifndef AD_ALERT_MAIL_H
#define AD_ALERT_MAIL_H

#include "base/str.h"

#include <stdbool.h>
#include <time.h>

struct ad_mail {
    const char *from, *to; /* as they stand in the headers: ad_mail_address() has seen them */
    struct ad_str subject; /* any text */
    struct ad_str id;      /* what makes the Message-Id, ... */
    struct ad_str thread;  /* and what all mails of the thread refer to; letters and digits */
    time_t date;
    struct ad_str text, html;
    const char *eol; /* "\n" for sendmail, "\r\n" for SMTP */
};

/* Append the mail. Whatever the texts hold, it has exactly these headers and parts. Returns 0, or
 * -1 when out of memory. */
int ad_mail_write(struct ad_buf *out, const struct ad_mail *mail);

/* The address in `Name <user@host>` or `user@host`, or .s of NULL if it is neither or has anything
 * in it but visible ASCII and blanks. */
struct ad_str ad_mail_address(struct ad_str v);

#endif
