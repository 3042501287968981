-- Everyone with borrowing rights on :as_of, once each: employees first, then students who are no employees.
WITH jobs AS (
    SELECT emplid, empl_rcd, deptid, empl_class, empl_status, job_indicator,
           ROW_NUMBER() OVER (PARTITION BY emplid, empl_rcd ORDER BY effdt DESC, effseq DESC) AS newest
      FROM ps_job
     WHERE effdt <= :as_of
),
employees AS (
    SELECT emplid, deptid, empl_class,
           ROW_NUMBER() OVER (PARTITION BY emplid
                              ORDER BY CASE job_indicator WHEN 'P' THEN 0 ELSE 1 END, empl_rcd) AS pick
      FROM jobs
     WHERE newest = 1
       AND empl_status IN ('A', 'L', 'P', 'S')
),
programs AS (
    SELECT emplid, acad_career, stdnt_car_nbr, acad_prog, prog_status,
           ROW_NUMBER() OVER (PARTITION BY emplid, acad_career, stdnt_car_nbr
                              ORDER BY effdt DESC, effseq DESC) AS newest
      FROM ps_acad_prog
     WHERE effdt <= :as_of
),
students AS (
    SELECT emplid, acad_career, acad_prog,
           ROW_NUMBER() OVER (PARTITION BY emplid
                              ORDER BY CASE acad_career WHEN 'UGRD' THEN 1 ELSE 0 END, stdnt_car_nbr) AS pick
      FROM programs
     WHERE newest = 1
       AND prog_status = 'AC'
),
patrons AS (
    SELECT emplid, CASE empl_class WHEN 'FAC' THEN 'FACULTY' ELSE 'STAFF' END AS user_group, deptid AS department
      FROM employees
     WHERE pick = 1
    UNION ALL
    SELECT s.emplid, CASE s.acad_career WHEN 'UGRD' THEN 'UNDERGRAD' ELSE 'GRAD' END, s.acad_prog
      FROM students s
     WHERE s.pick = 1
       AND NOT EXISTS (SELECT 1 FROM employees e WHERE e.emplid = s.emplid AND e.pick = 1)
),
names AS (
    SELECT emplid, name_type, eff_status, first_name, middle_name, last_name,
           ROW_NUMBER() OVER (PARTITION BY emplid, name_type ORDER BY effdt DESC) AS newest
      FROM ps_names
     WHERE effdt <= :as_of
),
addresses AS (
    SELECT emplid, address_type, eff_status, address1, address2, city, state, postal, country,
           ROW_NUMBER() OVER (PARTITION BY emplid, address_type ORDER BY effdt DESC) AS newest
      FROM ps_addresses
     WHERE effdt <= :as_of
),
best_address AS (
    SELECT emplid, address1, address2, city, state, postal, country,
           ROW_NUMBER() OVER (PARTITION BY emplid
                              ORDER BY CASE address_type WHEN 'MAIL' THEN 0 WHEN 'HOME' THEN 1 ELSE 2 END,
                                       address_type) AS pick
      FROM addresses
     WHERE newest = 1
       AND eff_status = 'A'
),
best_email AS (
    SELECT emplid, email_addr,
           ROW_NUMBER() OVER (PARTITION BY emplid
                              ORDER BY CASE e_addr_type WHEN 'CAMP' THEN 0 ELSE 1 END,
                                       CASE pref_email_flag WHEN 'Y' THEN 0 ELSE 1 END, e_addr_type) AS pick
      FROM ps_email_addresses
     WHERE TRIM(email_addr) IS NOT NULL
),
best_phone AS (
    SELECT emplid, phone, phone_type,
           ROW_NUMBER() OVER (PARTITION BY emplid
                              ORDER BY CASE pref_phone_flag WHEN 'Y' THEN 0 ELSE 1 END, phone_type) AS pick
      FROM ps_personal_phone
)
SELECT p.emplid, i.login_id, i.card_nbr, p.user_group, p.department,
       pri.first_name, pri.middle_name, pri.last_name,
       prf.first_name AS preferred_first_name, prf.last_name AS preferred_last_name,
       m.email_addr AS email, t.phone, t.phone_type,
       a.address1, a.address2, a.city, a.state, a.postal, a.country
  FROM patrons p
  JOIN ps_person h ON h.emplid = p.emplid
  JOIN names pri ON pri.emplid = p.emplid AND pri.name_type = 'PRI' AND pri.newest = 1 AND pri.eff_status = 'A'
  LEFT JOIN ps_cu_identity i ON i.emplid = p.emplid
  LEFT JOIN names prf ON prf.emplid = p.emplid AND prf.name_type = 'PRF' AND prf.newest = 1 AND prf.eff_status = 'A'
  LEFT JOIN best_email m ON m.emplid = p.emplid AND m.pick = 1
  LEFT JOIN best_phone t ON t.emplid = p.emplid AND t.pick = 1
  LEFT JOIN best_address a ON a.emplid = p.emplid AND a.pick = 1
 WHERE h.dt_of_death IS NULL OR h.dt_of_death > :as_of
 ORDER BY p.emplid
