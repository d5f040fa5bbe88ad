"""The tables of a simulated host, by version. Memory is in KiB, times are in seconds."""

from __future__ import annotations

APPLICATION_ID = 0x786C7079
"""Tells SQLite's files apart; the letters xlpy."""

MIGRATIONS = (
    """
CREATE TABLE host (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    facts TEXT NOT NULL,            -- HostFacts, see saved.py
    memory_kib INTEGER NOT NULL,    -- for all domains, Domain-0 among them
    next_domid INTEGER NOT NULL,
    time REAL NOT NULL,             -- age of the host ...
    wall REAL NOT NULL              -- ... when the clock showed this
);
CREATE TABLE domain (
    domid INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    uuid TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    pool TEXT NOT NULL,
    label TEXT NOT NULL DEFAULT '',
    config TEXT NOT NULL DEFAULT '',        -- DomainConfig, see saved.py
    memory_kib INTEGER NOT NULL DEFAULT 0,
    max_memory_kib INTEGER NOT NULL DEFAULT 0,
    need_kib INTEGER NOT NULL DEFAULT 0,    -- what the host has less because of it
    vcpus INTEGER NOT NULL DEFAULT 1,
    max_vcpus INTEGER NOT NULL,
    watched INTEGER NOT NULL,               -- somebody acts on its end ...
    actions TEXT NOT NULL DEFAULT '',       -- ... and how: libxl's actions by reason, with commas
    pv_drivers INTEGER NOT NULL DEFAULT 1,  -- the guest hears requests in xenstore
    built INTEGER NOT NULL DEFAULT 0,
    pauses INTEGER NOT NULL DEFAULT 1,      -- pauses that were not taken back
    shutdown INTEGER,                       -- reason; NULL while it lives
    created REAL NOT NULL,                  -- age of the host
    ran REAL NOT NULL DEFAULT 0,            -- the guest's own time, which stands still while it is paused ...
    since REAL,                             -- ... and runs on from this age of the host
    booting REAL NOT NULL DEFAULT 0,        -- guest time
    booted REAL NOT NULL DEFAULT 0,         -- guest time
    spent REAL NOT NULL DEFAULT 0,          -- CPU seconds of earlier boots
    due REAL,                               -- guest time of what comes next: it has shut down ...
    stop_reason INTEGER,                    -- ... for this reason; NULL: it has booted
    wake REAL,                              -- due as age of the host; NULL while it is paused
    session TEXT NOT NULL DEFAULT '',       -- who is logged in on the console
    typed TEXT NOT NULL DEFAULT ''          -- the line being typed there
);
CREATE INDEX domain_wake ON domain (wake) WHERE wake IS NOT NULL;
CREATE TABLE vcpu (
    domid INTEGER NOT NULL REFERENCES domain ON DELETE CASCADE,
    vcpu INTEGER NOT NULL,
    cpu INTEGER NOT NULL,
    online INTEGER NOT NULL,
    hard TEXT NOT NULL,             -- pCPUs with commas; empty for all
    soft TEXT NOT NULL,
    PRIMARY KEY (domid, vcpu)
) WITHOUT ROWID;
CREATE TABLE claim (
    kind TEXT NOT NULL,
    what TEXT NOT NULL,
    domid INTEGER NOT NULL REFERENCES domain ON DELETE CASCADE,
    shared INTEGER NOT NULL,
    PRIMARY KEY (kind, what, domid)
) WITHOUT ROWID;
CREATE INDEX claim_domid ON claim (domid);
CREATE TABLE console (
    seq INTEGER PRIMARY KEY,
    domid INTEGER NOT NULL,         -- outlives its domain, for those who still read
    at REAL NOT NULL,               -- guest time
    text TEXT NOT NULL
);
CREATE INDEX console_read ON console (domid, at, seq);
CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    domid INTEGER NOT NULL,
    name TEXT NOT NULL,
    reason INTEGER,                 -- of the shutdown; NULL when it was destroyed
    action TEXT NOT NULL,
    successor INTEGER
);
CREATE INDEX event_domid ON event (domid);
""",
    """
ALTER TABLE domain ADD COLUMN updated TEXT NOT NULL DEFAULT '';  -- DomainConfig of the next restart, if another one
""",
)
"""What brings the schema from one version to the next; never change one that was released."""
