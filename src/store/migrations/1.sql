-- People, their sessions, and what the pipeline said of each.
CREATE TABLE person (
    id      INTEGER PRIMARY KEY,
    -- A name or a code, as the user wishes.
    name    TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (length(trim(name)) > 0),
    -- The person file (TOML): side, lengths, target, bands, baseline.
    file    TEXT NOT NULL,
    created TEXT NOT NULL
) STRICT;

CREATE TABLE session (
    -- Never used twice, so that a page that names a session never means another one.
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    person         INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    -- RFC 9557, with the zone in which it was walked.
    started        TEXT NOT NULL,
    started_unix_s INTEGER NOT NULL,
    -- 0 until the session has been ended properly.
    finished       INTEGER NOT NULL DEFAULT 0 CHECK (finished IN (0, 1)),
    -- 'live', 'replay'
    source         TEXT NOT NULL,
    sensor         TEXT,
    -- The raw capture: a file name in the folder `captures`.
    capture        TEXT,
    capture_sha256 TEXT,
    capture_bytes  INTEGER,
    -- The summary record (JSON): counts, durations, data quality, mount.
    summary        TEXT CHECK (summary IS NULL OR json_valid(summary)),
    program        TEXT NOT NULL,
    -- Version of each algorithm (JSON object).
    algorithms     TEXT NOT NULL CHECK (json_valid(algorithms))
) STRICT;
CREATE INDEX session_of_person ON session (person, started_unix_s);

-- Records are kept as the lines of the output stream: new fields need no new column.
CREATE TABLE stride (
    session INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    n       INTEGER NOT NULL,
    record  TEXT NOT NULL CHECK (json_valid(record)),
    PRIMARY KEY (session, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE bout (
    session INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    n       INTEGER NOT NULL,
    record  TEXT NOT NULL CHECK (json_valid(record)),
    PRIMARY KEY (session, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE notice (
    session INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    n       INTEGER NOT NULL,
    record  TEXT NOT NULL CHECK (json_valid(record)),
    PRIMARY KEY (session, n)
) STRICT, WITHOUT ROWID;
