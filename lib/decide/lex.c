#include "decide/lex.h"

#include "base/number.h"
#include "base/time.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Names: letters of any script, digits, and what names of nested members and columns often hold. A
 * minus is left out, or `a-b` would be no difference. */
static bool starts_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@' ||
           (unsigned char)c >= 0x80;
}

static bool is_name(char c)
{
    return starts_name(c) || is_digit(c) || c == '.';
}

static int hex(char c)
{
    return is_digit(c)            ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Decode the escape that begins at text[at], a backslash. Returns its length; 0 if it is none, so
 * that both bytes stay, as "\." in a regular expression. */
static size_t escape(struct ad_str text, size_t at, char *out)
{
    if (text.len - at < 2)
        return 0;
    const char *p = text.s + at + 1;
    switch (*p) {
    case 'n':
        *out = '\n';
        return 2;
    case 'r':
        *out = '\r';
        return 2;
    case 't':
        *out = '\t';
        return 2;
    case '\\':
    case '"':
    case '\'':
    case '`':
        *out = *p;
        return 2;
    case 'x':
        if (text.len - at < 4 || hex(p[1]) < 0 || hex(p[2]) < 0)
            return 0;
        *out = (char)(hex(p[1]) << 4 | hex(p[2]));
        return 4;
    default:
        return 0;
    }
}

/* A text in quotes of the kind at lex->at. */
static int quoted(struct ad_lexer *lex, struct ad_token *tok, struct ad_err *err)
{
    struct ad_str text = lex->text;
    char quote = text.s[lex->at], *out = lex->arena + lex->used;
    size_t at = lex->at + 1, n = 0;
    while (at < text.len && text.s[at] != quote && text.s[at] != '\n') {
        size_t len = text.s[at] == '\\' ? escape(text, at, &out[n]) : 0;
        if (!len)
            out[n] = text.s[at];
        n++;
        at += len ? len : 1;
    }
    if (at == text.len || text.s[at] != quote)
        return ad_err_set(err, "the text that begins here has no end: %c is missing", quote);
    out[n] = '\0';
    lex->used += n + 1;
    lex->at = at + 1;
    tok->kind = quote == '`' ? AD_TOKEN_FIELD : AD_TOKEN_TEXT;
    tok->s = (struct ad_str){out, n};
    if (quote == '`' && n == 0)
        return ad_err_set(err, "a name is missing between the backquotes");
    return 0;
}

/* A number or a duration. */
static int number(struct ad_lexer *lex, struct ad_token *tok, struct ad_err *err)
{
    struct ad_str text = lex->text;
    const char *p = text.s + lex->at;
    size_t n = 0, most = text.len - lex->at;
    while (n < most && is_name(p[n]))
        n++;
    bool power = n > 1 && (p[n - 1] | 0x20) == 'e' && (is_digit(p[n - 2]) || p[n - 2] == '.');
    if (power && most - n > 1 && (p[n] == '+' || p[n] == '-') && is_digit(p[n + 1]))
        for (n++; n < most && is_name(p[n]); n++)
            ;
    struct ad_str word = {p, n};
    lex->at += n;
    tok->kind = AD_TOKEN_NUMBER;
    if (ad_number_parse(word, &tok->x) == 0)
        return 0;
    tok->kind = AD_TOKEN_DURATION;
    if (ad_duration_parse(word, &tok->x) == 0)
        return 0;
    return ad_err_set(err, "neither a number nor a duration such as 90s, 5m, 1h");
}

/* Operators, the longer ones first. */
static int operator(struct ad_lexer *lex, struct ad_token *tok, struct ad_err *err)
{
    static const struct {
        const char *text;
        enum ad_token_kind kind;
    } all[] = {{"===", AD_TOKEN_EQ},   {"!==", AD_TOKEN_NE},      {"==", AD_TOKEN_EQ},
               {"!=", AD_TOKEN_NE},    {"<=", AD_TOKEN_LE},       {">=", AD_TOKEN_GE},
               {"=~", AD_TOKEN_MATCH}, {"!~", AD_TOKEN_NO_MATCH}, {"&&", AD_TOKEN_AND},
               {"||", AD_TOKEN_OR},    {"<", AD_TOKEN_LT},        {">", AD_TOKEN_GT},
               {"!", AD_TOKEN_NOT},    {"+", AD_TOKEN_ADD},       {"-", AD_TOKEN_SUB},
               {"*", AD_TOKEN_MUL},    {"/", AD_TOKEN_DIV},       {"%", AD_TOKEN_MOD},
               {"(", AD_TOKEN_OPEN},   {")", AD_TOKEN_CLOSE},     {",", AD_TOKEN_COMMA}};
    const char *p = lex->text.s + lex->at;
    size_t most = lex->text.len - lex->at;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        size_t n = strlen(all[i].text);
        if (n <= most && memcmp(p, all[i].text, n) == 0) {
            lex->at += n;
            tok->kind = all[i].kind;
            return 0;
        }
    }
    if (*p == '=')
        return ad_err_set(err, "= alone means nothing; write ==");
    if (*p == '&' || *p == '|')
        return ad_err_set(err, "%c alone means nothing; write %c%c", *p, *p, *p);
    return ad_err_set(err, "this means nothing outside of quotes");
}

int ad_lex(struct ad_lexer *lex, struct ad_token *tok, struct ad_err *err)
{
    struct ad_str text = lex->text;
    while (lex->at < text.len && memchr(" \t\r\n", text.s[lex->at], 4))
        lex->at++;
    *tok = (struct ad_token){.kind = AD_TOKEN_END, .at = lex->at};
    if (lex->at == text.len)
        return 0;
    char c = text.s[lex->at];
    int rc = 0;
    if (c == '"' || c == '\'' || c == '`') {
        rc = quoted(lex, tok, err);
    } else if (is_digit(c) ||
               (c == '.' && text.len - lex->at > 1 && is_digit(text.s[lex->at + 1]))) {
        rc = number(lex, tok, err);
    } else if (starts_name(c)) {
        while (lex->at < text.len && is_name(text.s[lex->at]))
            lex->at++;
        tok->kind = AD_TOKEN_NAME;
        tok->s = (struct ad_str){text.s + tok->at, lex->at - tok->at};
    } else {
        rc = operator(lex, tok, err);
    }
    tok->len = lex->at - tok->at;
    return rc;
}
