-- Students of the term that :as_of is in, who have not withdrawn, once each, with the names and the campus address that Engage shows.
WITH names AS (
    SELECT emplid, name_type, eff_status, first_name, last_name,
           ROW_NUMBER() OVER (PARTITION BY emplid, name_type ORDER BY effdt DESC) AS newest
      FROM ps_names
     WHERE effdt <= :as_of
),
levels AS (
    SELECT c.emplid, c.acad_career, c.acad_level_bot, c.acad_load,
           ROW_NUMBER() OVER (PARTITION BY c.emplid
                              ORDER BY CASE c.acad_career WHEN 'UGRD' THEN 0 ELSE 1 END, c.acad_career) AS pick
      FROM ps_stdnt_car_term c
      JOIN ps_term_tbl t
        ON t.institution = c.institution AND t.acad_career = c.acad_career AND t.strm = c.strm
     WHERE t.term_begin_dt <= :as_of
       AND t.term_end_dt >= :as_of
       AND c.withdraw_code = 'NWD'
)
SELECT i.login_id AS username, s.emplid AS student_id,
       -- Engage imports nobody without a first name: FNU, first name unknown, is what US forms print (assumed)
       COALESCE(TRIM(prf.first_name), TRIM(pri.first_name), 'FNU') AS first_name,
       NVL(TRIM(prf.last_name), pri.last_name) AS last_name,
       m.email_addr AS campus_email, s.acad_career AS career, s.acad_level_bot AS academic_level,
       CASE s.acad_load WHEN 'F' THEN 'Full-time' ELSE 'Part-time' END AS enrollment_status,
       CASE WHEN d.ferpa = 'N'
                 AND NOT EXISTS (SELECT 1 FROM ps_ferpa_override o WHERE o.emplid = s.emplid)
            THEN 'N' ELSE 'Y' END AS privacy_hold
  FROM levels s
  JOIN ps_person h ON h.emplid = s.emplid
  JOIN ps_cu_identity i ON i.emplid = s.emplid
  JOIN ps_email_addresses m ON m.emplid = s.emplid AND m.e_addr_type = 'CAMP'
  JOIN names pri ON pri.emplid = s.emplid AND pri.name_type = 'PRI' AND pri.newest = 1 AND pri.eff_status = 'A'
  LEFT JOIN names prf ON prf.emplid = s.emplid AND prf.name_type = 'PRF' AND prf.newest = 1 AND prf.eff_status = 'A'
  LEFT JOIN ps_personal_data d ON d.emplid = s.emplid
 WHERE s.pick = 1
   AND (h.dt_of_death IS NULL OR h.dt_of_death > :as_of)
   AND TRIM(i.login_id) IS NOT NULL
   AND TRIM(m.email_addr) IS NOT NULL
 ORDER BY i.login_id
