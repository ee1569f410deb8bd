-- Captures of deleted sessions, until their files are gone: a deletion that is interrupted goes on later.
CREATE TABLE doomed_capture (
    name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Heart rate where a strap was worn.
CREATE TABLE heart_rate (
    session INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    at_s    REAL NOT NULL,
    bpm     INTEGER NOT NULL CHECK (bpm BETWEEN 20 AND 260),
    PRIMARY KEY (session, at_s)
) STRICT, WITHOUT ROWID;

-- For people who look into the file with a tool of their own.
CREATE VIEW stride_figures AS
SELECT session, n,
       record ->> 'start_s' AS start_s,
       record ->> 'end_s' AS end_s,
       record ->> 'direction' AS direction,
       record ->> 'valid' AS valid,
       record ->> 'contact' AS contact,
       record ->> 'stride_time_s' AS stride_time_s,
       record ->> 'stride_length_m' AS stride_length_m,
       record ->> 'speed_mps' AS speed_mps,
       record ->> 'knee_min_flexion_deg' AS knee_min_flexion_deg,
       record ->> 'knee_verdict' AS knee_verdict
FROM stride;
