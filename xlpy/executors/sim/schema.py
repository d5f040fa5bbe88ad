"""The tables of a simulated host, by version. Memory is in KiB, times are in seconds."""

from __future__ import annotations

from xlpy.executors.sim.tables import CROWD, IDLE, LEVELS, RESOURCES, SUMS

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
    """
-- age of the host when what is written now happened
ALTER TABLE host ADD COLUMN moment REAL NOT NULL DEFAULT 0;
-- Xen's own lines of its start are in its buffer
ALTER TABLE host ADD COLUMN unread INTEGER NOT NULL DEFAULT 1;
-- of the guest, see behaviour.py
ALTER TABLE domain ADD COLUMN behaviour TEXT NOT NULL DEFAULT '';
ALTER TABLE domain ADD COLUMN reboots INTEGER NOT NULL DEFAULT 0;
-- it was destroyed, and something holds on to it
ALTER TABLE domain ADD COLUMN dying INTEGER NOT NULL DEFAULT 0;
CREATE TABLE message (          -- what Xen wrote on its console
    seq INTEGER PRIMARY KEY,
    text TEXT NOT NULL
);
CREATE TABLE log (              -- what happened, for people; the triggers below write it, whoever changes the tables
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    kind TEXT NOT NULL,
    domid INTEGER NOT NULL,
    name TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE TRIGGER log_length AFTER INSERT ON log BEGIN DELETE FROM log WHERE seq <= new.seq - 20000; END;
CREATE TRIGGER log_created AFTER INSERT ON domain WHEN new.domid <> 0 BEGIN
    INSERT INTO log SELECT NULL, moment, 'created', new.domid, new.name, new.type FROM host; END;
CREATE TRIGGER log_renamed AFTER UPDATE OF name ON domain WHEN new.name <> old.name BEGIN
    INSERT INTO log SELECT NULL, moment, 'renamed', new.domid, old.name, new.name FROM host; END;
CREATE TRIGGER log_paused AFTER UPDATE OF pauses ON domain WHEN new.pauses <> old.pauses BEGIN
    INSERT INTO log SELECT NULL, moment, CASE WHEN new.pauses > old.pauses THEN 'paused' ELSE 'unpaused' END,
    new.domid, new.name, CASE WHEN new.pauses > 1 THEN 'paused ' || new.pauses || ' times' ELSE '' END FROM host; END;
CREATE TRIGGER log_shutdown AFTER UPDATE OF shutdown ON domain WHEN old.shutdown IS NULL AND new.shutdown IS NOT NULL
    BEGIN INSERT INTO log SELECT NULL, moment, 'shutdown', new.domid, new.name, CASE new.shutdown
    WHEN 0 THEN 'poweroff' WHEN 1 THEN 'reboot' WHEN 2 THEN 'suspend' WHEN 3 THEN 'crash' WHEN 4 THEN 'watchdog'
    ELSE 'soft reset' END FROM host; END;
CREATE TRIGGER log_resumed AFTER UPDATE OF shutdown ON domain WHEN old.shutdown IS NOT NULL AND new.shutdown IS NULL
    BEGIN INSERT INTO log SELECT NULL, moment, CASE old.shutdown WHEN 2 THEN 'resumed' ELSE 'reset' END,
    new.domid, new.name, '' FROM host; END;
CREATE TRIGGER log_memory AFTER UPDATE OF memory_kib ON domain WHEN old.built AND new.memory_kib <> old.memory_kib BEGIN
    INSERT INTO log SELECT NULL, moment, 'changed', new.domid, new.name,
    'memory ' || new.memory_kib / 1024 || ' MiB' FROM host; END;
CREATE TRIGGER log_vcpus AFTER UPDATE OF vcpus ON domain WHEN old.built AND new.vcpus <> old.vcpus BEGIN
    INSERT INTO log SELECT NULL, moment, 'changed', new.domid, new.name, new.vcpus || ' vCPUs' FROM host; END;
CREATE TRIGGER log_updated AFTER UPDATE OF updated ON domain WHEN new.updated <> old.updated BEGIN
    INSERT INTO log SELECT NULL, moment, 'changed', new.domid, new.name, 'configuration' FROM host; END;
CREATE TRIGGER log_destroyed AFTER DELETE ON domain BEGIN
    INSERT INTO log SELECT NULL, moment, 'destroyed', old.domid, old.name, '' FROM host; END;
CREATE TRIGGER log_restarted AFTER UPDATE OF successor ON event WHEN new.successor IS NOT NULL BEGIN
    INSERT INTO log SELECT NULL, moment, 'restarted', new.domid, new.name, 'as ' || new.successor FROM host; END;
""",
    RESOURCES,
    """
ALTER TABLE host ADD COLUMN enforcing INTEGER;  -- Flask; NULL: as Xen's command line says
""",
    """
-- rules for the behaviour of guests, see behaviour.py
ALTER TABLE host ADD COLUMN guests TEXT NOT NULL DEFAULT '';
""",
    """
CREATE TABLE watcher (          -- who in xl's place keeps a log of a domain
    domid INTEGER PRIMARY KEY,
    file TEXT NOT NULL,
    pid INTEGER NOT NULL
);
CREATE TABLE told (             -- what is to be appended to the logs
    seq INTEGER PRIMARY KEY,
    file TEXT NOT NULL,
    fresh INTEGER NOT NULL,     -- a new log begins, older ones are kept under other names
    line TEXT NOT NULL
);
""",
    """
CREATE TABLE device (
    domid INTEGER NOT NULL REFERENCES domain ON DELETE CASCADE,
    class TEXT NOT NULL,                -- disk, vif, pci ...
    nth INTEGER NOT NULL,               -- counts those of the class, as they came
    devid INTEGER NOT NULL,
    kind TEXT NOT NULL,                 -- of the backend; empty where there is none
    backend INTEGER NOT NULL,           -- the domid of the domain that serves it
    lost INTEGER NOT NULL DEFAULT 0,    -- that domain is gone
    record TEXT NOT NULL,               -- the device, see saved.py
    since REAL NOT NULL,                -- guest time from which it is there
    asked INTEGER NOT NULL DEFAULT 0,   -- the guest was asked to let go of it ...
    closing REAL,                       -- ... and begins to, at this guest time
    port INTEGER NOT NULL,              -- the first of its event channels
    ref INTEGER NOT NULL,               -- the first of its grants
    queues INTEGER NOT NULL,
    PRIMARY KEY (domid, class, nth)
) WITHOUT ROWID;
CREATE INDEX device_backend ON device (backend, kind, domid);
CREATE TRIGGER device_lost AFTER DELETE ON domain BEGIN UPDATE device SET lost = 1 WHERE backend = OLD.domid; END;
CREATE TABLE xenstore (                 -- what was written beside what follows from domains and devices
    path TEXT PRIMARY KEY,
    domid INTEGER REFERENCES domain ON DELETE CASCADE,  -- whose it is, if it is a domain's
    value TEXT,                         -- NULL: as it follows
    permissions TEXT,                   -- NULL: as they follow
    removed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX xenstore_domid ON xenstore (domid);
CREATE TABLE pciback (
    bdf TEXT PRIMARY KEY,
    name TEXT NOT NULL DEFAULT '',
    driver TEXT NOT NULL DEFAULT ''     -- which had it before
) WITHOUT ROWID;
""",
    """
CREATE TABLE quota (            -- of xenstore; -1 for what domains get
    domid INTEGER NOT NULL,
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (domid, name)
) WITHOUT ROWID;
CREATE TRIGGER quota_goes AFTER DELETE ON domain BEGIN DELETE FROM quota WHERE domid = old.domid; END;
""",
    """
CREATE TABLE fault (            -- see xlpy/executors/faults.py
    number INTEGER PRIMARY KEY,
    point TEXT NOT NULL,
    how TEXT NOT NULL,
    chance REAL NOT NULL,
    seed INTEGER NOT NULL,
    times INTEGER NOT NULL,
    seconds REAL NOT NULL,
    met INTEGER NOT NULL
);
""",
    """
-- the guest whose device model this domain is, and with which it goes
ALTER TABLE domain ADD COLUMN target INTEGER REFERENCES domain ON DELETE CASCADE;
CREATE INDEX domain_target ON domain (target) WHERE target IS NOT NULL;
CREATE TRIGGER device_abandoned AFTER UPDATE OF shutdown ON domain WHEN new.shutdown IS NOT NULL AND new.shutdown <> 2
    BEGIN UPDATE device SET lost = 1 WHERE backend = new.domid; END;
""",
    """
-- the terminal that shows it alone: pv or serial; empty for all
ALTER TABLE console ADD COLUMN tty TEXT NOT NULL DEFAULT '';
""",
    CROWD,
    SUMS,
    """
-- how many vCPUs it shall have once it hears of it
ALTER TABLE domain ADD COLUMN plugged INTEGER;
""",
    LEVELS,
    IDLE,
    """
-- a QEMU runs for it, since it was built
ALTER TABLE domain ADD COLUMN device_model INTEGER NOT NULL DEFAULT 0;
UPDATE domain SET device_model = domid = 0 OR type = 'hvm' OR domid IN (
    SELECT domid FROM device WHERE kind IN ('qdisk', 'vfb', 'vkbd', 'qusb', '9pfs') OR class = 'channel');
""",
    """
-- what its hotplug script died of
ALTER TABLE device ADD COLUMN error TEXT NOT NULL DEFAULT '';
""",
    """
-- what it has not got of its memory
ALTER TABLE domain ADD COLUMN hole_kib INTEGER NOT NULL DEFAULT 0;
""",
    """
-- of its shell, as JSON
ALTER TABLE domain ADD COLUMN variables TEXT NOT NULL DEFAULT '';
""",
)
"""What brings the schema from one version to the next; never change one that was released."""
