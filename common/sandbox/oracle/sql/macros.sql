-- What Oracle's functions mean, in DuckDB's SQL. Arguments are written out more than once in places; DuckDB
-- computes equal subexpressions once. A DATE is a TIMESTAMP without a fraction of a second here.
CREATE SCHEMA "SYS";

-- Text: '' is NULL, and NULL is '' in a concatenation.
CREATE MACRO "SYS".joined(a, b) AS nullif(concat(a, b), '');

CREATE MACRO "SYS".fitting(s) AS
    CASE WHEN strlen(s) > 4000 THEN error('ORA-01489: result of string concatenation is too long') ELSE s END;

CREATE MACRO "SYS".fitted(s, n) AS
    CASE WHEN length(s) > n THEN error('ORA-25137: Data value out of range') ELSE s END;

CREATE MACRO "SYS".padded(s, n) AS CASE WHEN length(s) < n THEN rpad(s, n, ' ') ELSE s END;

-- SUBSTR: 0 is 1, and a negative start counts from the end.
CREATE MACRO "SYS".start_of(s, p) AS
    CAST(CASE WHEN p = 0 THEN 1 WHEN p < 0 THEN length(s) + p + 1 ELSE p END AS BIGINT);

CREATE MACRO "SYS".part(s, p) AS
    CASE WHEN abs(p) > length(s) THEN NULL ELSE nullif(substring(s, "SYS".start_of(s, p)), '') END;

CREATE MACRO "SYS".part_of(s, p, n) AS
    CASE WHEN n < 1 OR abs(p) > length(s) THEN NULL
         ELSE nullif(substring(s, "SYS".start_of(s, p), CAST(n AS BIGINT)), '') END;

CREATE MACRO "SYS".position_from(s, x, p) AS
    CASE WHEN strpos(substring(s, p), x) = 0 THEN 0 ELSE strpos(substring(s, p), x) + p - 1 END;

CREATE MACRO "SYS".last_position(s, c) AS
    CASE WHEN contains(s, c) THEN length(s) - length(string_split(s, c)[-1]) ELSE 0 END;

CREATE MACRO "SYS".substituted(s, a, b) AS
    nullif(CASE WHEN a IS NULL THEN s ELSE replace(s, a, coalesce(b, '')) END, '');

-- Oracle leaves a small sharp s as it is.
CREATE MACRO "SYS".capitals(s) AS replace(upper(s), 'ẞ', 'ß');

CREATE MACRO "SYS".initials(s) AS nullif(array_to_string(list_transform(
    regexp_extract_all(s, '[\p{L}\p{M}\p{N}]+|[^\p{L}\p{M}\p{N}]+'),
    lambda word: "SYS".capitals(word[1]) || lower(word[2:])), ''), '');

-- Numbers
CREATE MACRO "SYS".without_zeros(v) AS CASE WHEN contains(v, '.') THEN rtrim(rtrim(v, '0'), '.') ELSE v END;

CREATE MACRO "SYS".without_lead(v) AS
    CASE WHEN v[1:2] = '0.' THEN v[2:] WHEN v[1:3] = '-0.' THEN '-' || v[3:] ELSE v END;

CREATE MACRO "SYS".number_text(n) AS "SYS".without_lead("SYS".without_zeros(CAST(n AS VARCHAR)));

CREATE MACRO "SYS".too_many_decimals() AS
    error('ORA-03001: unimplemented feature: the stand-in does not keep more than 10 decimals here');

CREATE MACRO "SYS".text_number(s) AS
    CASE WHEN s IS NULL THEN NULL
         WHEN NOT regexp_full_match(trim(s), '[+-]?(\d+(\.\d*)?|\.\d+)') THEN error('ORA-01722: invalid number')
         WHEN length(regexp_extract(rtrim(trim(s), '0'), '\.(\d*)', 1)) > 10 THEN "SYS".too_many_decimals()
         ELSE CAST(trim(s) AS DECIMAL(38,10)) END;

CREATE MACRO "SYS".exact_number(n) AS
    CASE WHEN CAST(n AS DECIMAL(38,10)) <> n THEN "SYS".too_many_decimals() ELSE CAST(n AS DECIMAL(38,10)) END;

CREATE MACRO "SYS".exact_float(f) AS
    CASE WHEN CAST(CAST(f AS DECIMAL(38,10)) AS DOUBLE) <> f THEN "SYS".too_many_decimals()
         ELSE CAST(f AS DECIMAL(38,10)) END;

CREATE MACRO "SYS".modulo(a, b) AS CASE WHEN b = 0 THEN a ELSE a % b END;

-- Dates: a date moved by a fraction of a day is rounded to the second.
CREATE MACRO "SYS".moved(d, n) AS date_trunc('second',
    d + to_microseconds(CAST(round(CAST(n AS DECIMAL(38,14)) * 86400000000) AS BIGINT) + 500000));

CREATE MACRO "SYS".whole_seconds(d) AS
    CASE WHEN date_trunc('second', d) <> d
         THEN error('ORA-03001: unimplemented feature: the stand-in does not round a timestamp to a DATE: use CAST')
         ELSE d END;

CREATE MACRO "SYS".rounded_moment(d, unit) AS
    make_timestamp(CAST((epoch_us(d) + unit // 2) // unit * unit AS BIGINT));

CREATE MACRO "SYS".is_month_end(d) AS month(d + INTERVAL 1 DAY) <> month(d);

CREATE MACRO "SYS".month_end(d) AS last_day(d) + (d - date_trunc('day', d));

-- ADD_MONTHS: the last day of a month stays the last day.
CREATE MACRO "SYS".months_added(d, n) AS
    CASE WHEN "SYS".is_month_end(d) THEN last_day(d + to_months(CAST(n AS INTEGER))) + (d - date_trunc('day', d))
         ELSE d + to_months(CAST(n AS INTEGER)) END;

CREATE MACRO "SYS".weekday_after(d, w) AS d + to_days(CAST((w - isodow(d) + 6) % 7 + 1 AS INTEGER));

-- strptime reads years of two digits as 1969 to 2068; RR means 1950 to 2049, YY this century.
CREATE MACRO "SYS".century_near(d) AS
    CASE WHEN year(d) BETWEEN 2050 AND 2068 THEN d - INTERVAL 100 YEARS ELSE d END;

CREATE MACRO "SYS".century_now(d) AS
    CASE WHEN year(d) BETWEEN 1969 AND 1999 THEN d + INTERVAL 100 YEARS ELSE d END;
