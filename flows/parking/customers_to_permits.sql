-- Everyone who may buy a permit on :as_of, once each: active employees, and students of the term that :as_of is in.
WITH jobs AS (
    SELECT emplid, empl_status, empl_class,
           ROW_NUMBER() OVER (PARTITION BY emplid, empl_rcd ORDER BY effdt DESC, effseq DESC) AS newest
      FROM ps_job
     WHERE effdt <= :as_of
),
customers AS (
    SELECT emplid, MIN(CASE empl_class WHEN 'FAC' THEN 'Faculty' ELSE 'Staff' END) AS user_type
      FROM jobs
     WHERE newest = 1
       AND empl_status IN ('A', 'L', 'P', 'S')
     GROUP BY emplid
    UNION ALL
    SELECT DISTINCT c.emplid, 'Student'
      FROM ps_stdnt_car_term c
      JOIN ps_term_tbl t
        ON t.institution = c.institution AND t.acad_career = c.acad_career AND t.strm = c.strm
     WHERE t.term_begin_dt <= :as_of
       AND t.term_end_dt >= :as_of
       AND c.withdraw_code = 'NWD'
       AND NOT EXISTS (SELECT 1 FROM jobs j
                        WHERE j.emplid = c.emplid AND j.newest = 1 AND j.empl_status IN ('A', 'L', 'P', 'S'))
),
names AS (
    SELECT emplid, name_type, eff_status, first_name, middle_name, last_name,
           ROW_NUMBER() OVER (PARTITION BY emplid, name_type ORDER BY effdt DESC) AS newest
      FROM ps_names
     WHERE effdt <= :as_of
),
addresses AS (
    SELECT emplid, address_type, eff_status, address1, city, state, postal,
           ROW_NUMBER() OVER (PARTITION BY emplid, address_type ORDER BY effdt DESC) AS newest
      FROM ps_addresses
     WHERE effdt <= :as_of
),
best_address AS (
    SELECT emplid, address1, city, state, postal,
           ROW_NUMBER() OVER (PARTITION BY emplid
                              ORDER BY CASE address_type WHEN 'MAIL' THEN 0 WHEN 'HOME' THEN 1 ELSE 2 END,
                                       address_type) AS pick
      FROM addresses
     WHERE newest = 1
       AND eff_status = 'A'
),
campus_email AS (
    SELECT emplid, email_addr,
           ROW_NUMBER() OVER (PARTITION BY emplid
                              ORDER BY CASE e_addr_type WHEN 'CAMP' THEN 0 ELSE 1 END,
                                       CASE pref_email_flag WHEN 'Y' THEN 0 ELSE 1 END, e_addr_type) AS pick
      FROM ps_email_addresses
     WHERE TRIM(email_addr) IS NOT NULL
)
SELECT c.emplid AS user_uuid, m.email_addr AS email, i.login_id AS username,
       n.first_name, n.middle_name, n.last_name, c.user_type,
       a.address1 AS street, a.city, a.state, a.postal
  FROM customers c
  JOIN ps_person h ON h.emplid = c.emplid
  JOIN names n ON n.emplid = c.emplid AND n.name_type = 'PRI' AND n.newest = 1 AND n.eff_status = 'A'
  LEFT JOIN ps_cu_identity i ON i.emplid = c.emplid
  LEFT JOIN campus_email m ON m.emplid = c.emplid AND m.pick = 1
  LEFT JOIN best_address a ON a.emplid = c.emplid AND a.pick = 1
 WHERE h.dt_of_death IS NULL OR h.dt_of_death > :as_of
 ORDER BY c.emplid
