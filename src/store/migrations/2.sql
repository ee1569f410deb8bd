-- What was warned of and answered, pain, the plan, and what is prescribed.
CREATE TABLE alert (
    session        INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    n              INTEGER NOT NULL,
    rule           TEXT NOT NULL,
    level          TEXT NOT NULL,
    onset_s        REAL NOT NULL,
    ended_s        REAL,
    -- Capture time at which somebody acknowledged it.
    acknowledged_s REAL,
    record         TEXT NOT NULL CHECK (json_valid(record)),
    PRIMARY KEY (session, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_open ON alert (session, rule, onset_s);

CREATE TABLE pain (
    session INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    n       INTEGER NOT NULL,
    -- Capture time; null: of the session as a whole.
    at_s    REAL,
    score   INTEGER NOT NULL CHECK (score BETWEEN 0 AND 10),
    PRIMARY KEY (session, n)
) STRICT, WITHOUT ROWID;

-- The plan as it was followed (JSON): a title and segments with times, activity and speed.
ALTER TABLE session ADD COLUMN plan TEXT CHECK (plan IS NULL OR json_valid(plan));

ALTER TABLE person ADD COLUMN toe_first_target REAL CHECK (toe_first_target BETWEEN 0 AND 1);
ALTER TABLE person ADD COLUMN sessions_per_week REAL CHECK (sessions_per_week > 0);
ALTER TABLE person ADD COLUMN minutes_per_session REAL CHECK (minutes_per_session > 0);
ALTER TABLE person ADD COLUMN mass_kg REAL CHECK (mass_kg > 0);
