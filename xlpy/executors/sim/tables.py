"""The tables of memory, CPUs and cpupools, as entries of MIGRATIONS in schema.py."""

from __future__ import annotations

RESOURCES = """
ALTER TABLE domain ADD COLUMN pool_number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE domain ADD COLUMN target_kib INTEGER NOT NULL DEFAULT 0;     -- what the guest is asked to keep ...
ALTER TABLE domain ADD COLUMN limit_kib INTEGER NOT NULL DEFAULT 0;      -- ... and the most that Xen lets it have
ALTER TABLE domain ADD COLUMN video_kib INTEGER NOT NULL DEFAULT 0;      -- part of the memory
ALTER TABLE domain ADD COLUMN balloon_kib INTEGER NOT NULL DEFAULT 0;    -- how much the guest moves in a second
ALTER TABLE domain ADD COLUMN slack_kib INTEGER NOT NULL DEFAULT 0;      -- what its driver does not count
ALTER TABLE domain ADD COLUMN moved REAL NOT NULL DEFAULT 0;             -- guest time up to which it followed
ALTER TABLE domain ADD COLUMN moves INTEGER NOT NULL DEFAULT 0;          -- to the target; 2: memory is short
ALTER TABLE domain ADD COLUMN weight INTEGER NOT NULL DEFAULT 256;
ALTER TABLE domain ADD COLUMN cap INTEGER NOT NULL DEFAULT 0;            -- percent of a pCPU; 0 for none
ALTER TABLE domain ADD COLUMN load REAL NOT NULL DEFAULT 0;              -- what each vCPU has to do, of one pCPU
ALTER TABLE vcpu ADD COLUMN period INTEGER NOT NULL DEFAULT 10000;       -- of RTDS, microseconds
ALTER TABLE vcpu ADD COLUMN budget INTEGER NOT NULL DEFAULT 4000;
ALTER TABLE vcpu ADD COLUMN extratime INTEGER NOT NULL DEFAULT 1;
ALTER TABLE vcpu ADD COLUMN share INTEGER;                               -- NULL while it cannot run
ALTER TABLE vcpu ADD COLUMN used REAL NOT NULL DEFAULT 0;                -- CPU seconds before it got this share ...
ALTER TABLE vcpu ADD COLUMN mark REAL NOT NULL DEFAULT 0;                -- ... when share.total was this
CREATE INDEX domain_moves ON domain (domid) WHERE moves;
CREATE TABLE pool (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    scheduler TEXT NOT NULL,
    ratelimit_us INTEGER NOT NULL DEFAULT 1000,
    tslice_ms INTEGER NOT NULL DEFAULT 30,
    migration_delay_us INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE pcpu (
    cpu INTEGER PRIMARY KEY,
    pool INTEGER REFERENCES pool            -- NULL for a free one
);
CREATE TABLE node (
    node INTEGER PRIMARY KEY,
    size_kib INTEGER NOT NULL,
    xen_kib INTEGER NOT NULL                -- what Xen keeps for itself
);
CREATE TABLE placed (
    domid INTEGER NOT NULL REFERENCES domain ON DELETE CASCADE,
    node INTEGER NOT NULL,
    kib INTEGER NOT NULL,
    PRIMARY KEY (domid, node)
) WITHOUT ROWID;
CREATE INDEX placed_node ON placed (node, kib);
CREATE TABLE share (                        -- vCPUs that are alike get alike
    id INTEGER PRIMARY KEY,
    pool INTEGER NOT NULL,
    demand REAL NOT NULL,                   -- of one pCPU
    weight REAL NOT NULL,
    cpus TEXT NOT NULL,                     -- where they may run: pCPUs with commas
    count INTEGER NOT NULL DEFAULT 0,
    rate REAL NOT NULL DEFAULT 0,           -- CPU seconds in each second, for one vCPU
    total REAL NOT NULL DEFAULT 0,          -- CPU seconds of one that was always there, at ...
    since REAL NOT NULL DEFAULT 0,
    UNIQUE (pool, demand, weight, cpus)
);
CREATE TABLE stirred (what INTEGER PRIMARY KEY);    -- domids, and -1 - number for pools, whose shares are stale
CREATE TRIGGER domain_stirs AFTER UPDATE OF pauses, shutdown, built, due, load, weight, cap, pool_number ON domain
    BEGIN INSERT OR IGNORE INTO stirred VALUES (new.domid); END;
CREATE TRIGGER vcpu_comes AFTER INSERT ON vcpu BEGIN INSERT OR IGNORE INTO stirred VALUES (new.domid); END;
CREATE TRIGGER vcpu_stirs AFTER UPDATE OF online, hard, period, budget, extratime ON vcpu
    BEGIN INSERT OR IGNORE INTO stirred VALUES (new.domid); END;
CREATE TRIGGER vcpu_goes AFTER DELETE ON vcpu WHEN old.share IS NOT NULL BEGIN
    UPDATE share SET count = count - 1 WHERE id = old.share;
    INSERT OR IGNORE INTO stirred SELECT -1 - pool FROM share WHERE id = old.share; END;
CREATE TRIGGER placed_frees AFTER UPDATE OF kib ON placed WHEN new.kib < old.kib
    BEGIN UPDATE domain SET moves = 1 WHERE moves = 2; END;
CREATE TRIGGER placed_goes AFTER DELETE ON placed BEGIN UPDATE domain SET moves = 1 WHERE moves = 2; END;
CREATE TRIGGER pcpu_stirs AFTER UPDATE OF pool ON pcpu BEGIN
    INSERT OR IGNORE INTO stirred SELECT -1 - new.pool WHERE new.pool IS NOT NULL;
    INSERT OR IGNORE INTO stirred SELECT -1 - old.pool WHERE old.pool IS NOT NULL; END;
"""
"""pCPUs in pools, memory in nodes, and the shares of vCPUs (see shares.py)."""

CROWD = """
CREATE INDEX vcpu_cpu ON vcpu (online, cpu);
CREATE INDEX vcpu_share ON vcpu (share);
CREATE TABLE crowd (            -- how many vCPUs that are online have these affinities
    hard TEXT NOT NULL,
    soft TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (hard, soft)
) WITHOUT ROWID;
INSERT INTO crowd SELECT hard, soft, count(*) FROM vcpu WHERE online GROUP BY hard, soft;
CREATE TRIGGER crowd_grows AFTER INSERT ON vcpu WHEN new.online BEGIN
    INSERT INTO crowd VALUES (new.hard, new.soft, 1) ON CONFLICT DO UPDATE SET number = number + 1; END;
CREATE TRIGGER crowd_shrinks AFTER DELETE ON vcpu WHEN old.online BEGIN
    UPDATE crowd SET number = number - 1 WHERE hard = old.hard AND soft = old.soft; END;
CREATE TRIGGER crowd_changes AFTER UPDATE OF online, hard, soft ON vcpu BEGIN
    UPDATE crowd SET number = number - 1 WHERE old.online AND hard = old.hard AND soft = old.soft;
    INSERT INTO crowd SELECT new.hard, new.soft, 1 WHERE new.online ON CONFLICT DO UPDATE SET number = number + 1; END;
CREATE TRIGGER crowd_goes AFTER UPDATE OF number ON crowd WHEN new.number = 0 BEGIN
    DELETE FROM crowd WHERE hard = new.hard AND soft = new.soft; END;
"""
"""Counts that would take longer the more domains there are."""

SUMS = """
CREATE TABLE busy (             -- how many vCPUs that are online are on a pCPU
    cpu INTEGER PRIMARY KEY,
    number INTEGER NOT NULL
);
INSERT INTO busy SELECT cpu, count(*) FROM vcpu WHERE online GROUP BY cpu;
CREATE TRIGGER busy_grows AFTER INSERT ON vcpu WHEN new.online BEGIN
    INSERT INTO busy VALUES (new.cpu, 1) ON CONFLICT DO UPDATE SET number = number + 1; END;
CREATE TRIGGER busy_shrinks AFTER DELETE ON vcpu WHEN old.online BEGIN
    UPDATE busy SET number = number - 1 WHERE cpu = old.cpu; END;
CREATE TRIGGER busy_changes AFTER UPDATE OF online, cpu ON vcpu BEGIN
    UPDATE busy SET number = number - 1 WHERE old.online AND cpu = old.cpu;
    INSERT INTO busy SELECT new.cpu, 1 WHERE new.online ON CONFLICT DO UPDATE SET number = number + 1; END;
CREATE TABLE held (             -- what domains have of a NUMA node
    node INTEGER PRIMARY KEY,
    kib INTEGER NOT NULL
);
INSERT INTO held SELECT node, sum(kib) FROM placed GROUP BY node;
CREATE TRIGGER held_grows AFTER INSERT ON placed BEGIN
    INSERT INTO held VALUES (new.node, new.kib) ON CONFLICT DO UPDATE SET kib = kib + excluded.kib; END;
CREATE TRIGGER held_shrinks AFTER DELETE ON placed BEGIN
    UPDATE held SET kib = kib - old.kib WHERE node = old.node; END;
CREATE TRIGGER held_changes AFTER UPDATE OF kib ON placed BEGIN
    UPDATE held SET kib = kib + new.kib - old.kib WHERE node = new.node; END;
"""
"""Sums that would take longer the more domains there are."""

LEVELS = """
DROP TRIGGER vcpu_goes;
CREATE TRIGGER vcpu_goes AFTER DELETE ON vcpu WHEN old.share IS NOT NULL BEGIN
    UPDATE share SET count = count - 1 WHERE id = old.share;
    INSERT OR IGNORE INTO stirred SELECT -1000000 - pool FROM share WHERE id = old.share; END;
"""
"""A vCPU that goes leaves more to the others of its pool, who stay what they are."""

IDLE = """
DELETE FROM busy WHERE number = 0;
CREATE TRIGGER busy_goes AFTER UPDATE OF number ON busy WHEN new.number = 0 BEGIN
    DELETE FROM busy WHERE cpu = new.cpu; END;
"""
"""A pCPU on which no vCPU is left is as it was before there was one."""
