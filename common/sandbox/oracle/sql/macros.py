"""What Oracle's functions mean, written in DuckDB's SQL: macros in the schema SYS.

Each evaluates its arguments more than once; DuckDB computes equal subexpressions once.
"""

__all__ = ["MACROS"]

_DAY = 86_400_000_000

MACROS = (
    # '' is NULL, and NULL is '' in a concatenation.
    "joined(a, b) AS nullif(concat(a, b), '')",
    "fitting(s) AS CASE WHEN strlen(s) > 4000 THEN error('ORA-01489: result of string concatenation is too long') ELSE s END",
    "without_zeros(v) AS CASE WHEN contains(v, '.') THEN rtrim(rtrim(v, '0'), '.') ELSE v END",
    "without_lead(v) AS CASE WHEN v[1:2] = '0.' THEN v[2:] WHEN v[1:3] = '-0.' THEN '-' || v[3:] ELSE v END",
    'number_text(n) AS "SYS".without_lead("SYS".without_zeros(CAST(n AS VARCHAR)))',
    r"""text_number(s) AS CASE WHEN s IS NULL THEN NULL
        WHEN NOT regexp_full_match(trim(s), '[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?') THEN error('ORA-01722: invalid number')
        WHEN length(regexp_extract(rtrim(trim(s), '0'), '\.(\d*)', 1)) > 10 OR regexp_matches(s, '[eE]') THEN error('ORA-03001: unimplemented feature: the stand-in does not read this many decimals of a number')
        ELSE CAST(trim(s) AS DECIMAL(38,10)) END""",
    "exact_number(n) AS CASE WHEN CAST(n AS DECIMAL(38,10)) <> n THEN error('ORA-03001: unimplemented feature: the stand-in does not keep more than 10 decimals in a NUMBER without a scale') ELSE CAST(n AS DECIMAL(38,10)) END",
    "exact_float(f) AS CASE WHEN CAST(CAST(f AS DECIMAL(38,10)) AS DOUBLE) <> f THEN error('ORA-03001: unimplemented feature: the stand-in does not keep more than 10 decimals in a NUMBER without a scale') ELSE CAST(f AS DECIMAL(38,10)) END",
    "modulo(a, b) AS CASE WHEN b = 0 THEN a ELSE a % b END",
    "fitted(s, n) AS CASE WHEN length(s) > n THEN error('ORA-25137: Data value out of range') ELSE s END",
    "padded(s, n) AS CASE WHEN length(s) < n THEN rpad(s, n, ' ') ELSE s END",
    "part(s, p) AS CASE WHEN abs(p) > length(s) THEN NULL ELSE nullif(substring(s, CAST(CASE WHEN p = 0 THEN 1 WHEN p < 0 THEN length(s) + p + 1 ELSE p END AS BIGINT)), '') END",
    "part_of(s, p, n) AS CASE WHEN n < 1 OR abs(p) > length(s) THEN NULL ELSE nullif(substring(s, CAST(CASE WHEN p = 0 THEN 1 WHEN p < 0 THEN length(s) + p + 1 ELSE p END AS BIGINT), CAST(n AS BIGINT)), '') END",
    "position_from(s, x, p) AS CASE WHEN strpos(substring(s, p), x) = 0 THEN 0 ELSE strpos(substring(s, p), x) + p - 1 END",
    "last_position(s, c) AS CASE WHEN contains(s, c) THEN length(s) - length(string_split(s, c)[-1]) ELSE 0 END",
    "capitals(s) AS replace(upper(s), 'ẞ', 'ß')",
    r"""initials(s) AS nullif(array_to_string(list_transform(regexp_extract_all(s, '[\p{L}\p{M}\p{N}]+|[^\p{L}\p{M}\p{N}]+'),
        lambda w: "SYS".capitals(w[1]) || lower(w[2:])), ''), '')""",
    "substituted(s, a, b) AS nullif(CASE WHEN a IS NULL THEN s ELSE replace(s, a, coalesce(b, '')) END, '')",
    # Dates. A DATE is a TIMESTAMP without a fraction of a second.
    f"moved(d, n) AS date_trunc('second', d + to_microseconds(CAST(round(CAST(n AS DECIMAL(38,14)) * {_DAY}) AS BIGINT)) + INTERVAL 500000 MICROSECONDS)",
    "whole_seconds(d) AS CASE WHEN date_trunc('second', d) <> d THEN error('ORA-03001: unimplemented feature: the stand-in does not turn a fraction of a second into a DATE: use CAST or TRUNC') ELSE d END",
    "rounded_moment(d, unit) AS make_timestamp(CAST((epoch_us(d) + unit // 2) // unit * unit AS BIGINT))",
    "is_month_end(d) AS month(d + INTERVAL 1 DAY) <> month(d)",
    """months_added(d, n) AS CASE WHEN "SYS".is_month_end(d)
        THEN last_day(d + to_months(CAST(n AS INTEGER))) + (d - date_trunc('day', d)) ELSE d + to_months(CAST(n AS INTEGER)) END""",
    "month_end(d) AS last_day(d) + (d - date_trunc('day', d))",
    "weekday_after(d, w) AS d + to_days(CAST((w - isodow(d) + 6) % 7 + 1 AS INTEGER))",
    "century_near(d) AS CASE WHEN year(d) BETWEEN 2050 AND 2068 THEN d - INTERVAL 100 YEARS ELSE d END",
    "century_now(d) AS CASE WHEN year(d) BETWEEN 1969 AND 1999 THEN d + INTERVAL 100 YEARS ELSE d END",
)
