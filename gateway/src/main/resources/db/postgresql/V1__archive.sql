-- The archive. Times are integers, as the queries compare them; the view at the end shows them to people. Texts compare
-- byte by byte, which is what an index over them costs least with.

CREATE TABLE event (
    epoch      bigint NOT NULL, -- with log_offset: the log position, which identifies an entry
    log_offset bigint NOT NULL,
    at_ms      bigint NOT NULL, -- arrival, in milliseconds since 1970 UTC
    ts_us      bigint NOT NULL, -- the event's own timestamp, in microseconds since 1970 UTC
    tenant     text   COLLATE "C" NOT NULL,
    id         text   COLLATE "C" NOT NULL,
    type       text   COLLATE "C" NOT NULL,
    scope      text   COLLATE "C" NOT NULL, -- the routing members as a JSON object of texts
    body       text   COLLATE "C" NOT NULL, -- the event as published, byte for byte
    -- further columns, member_<name>: the members that the profile lets queries filter by
    PRIMARY KEY (epoch, log_offset)
);

-- Events are found by buckets: 4,096 neighbouring positions of a log (log_offset >> 12), with the bounds of their times.
CREATE TABLE event_bucket (
    epoch  bigint NOT NULL,
    bucket bigint NOT NULL,
    events bigint NOT NULL, -- that were ever stored in it
    min_at bigint NOT NULL,
    max_at bigint NOT NULL,
    min_ts bigint NOT NULL,
    max_ts bigint NOT NULL,
    purged bigint NOT NULL DEFAULT 0, -- of those events
    PRIMARY KEY (epoch, bucket)
) WITH (fillfactor = 50);
CREATE TABLE event_place (
    epoch  bigint   NOT NULL,
    bucket bigint   NOT NULL,
    part   smallint NOT NULL, -- 0 to 127: the upper bits of the tokens in it
    places bytea    NOT NULL, -- which of the bucket's events have which tenant, type, id and members
    PRIMARY KEY (part, epoch, bucket)
) WITH (fillfactor = 70);
ALTER TABLE event_place ALTER COLUMN places SET STORAGE EXTERNAL; -- nothing in it could be compressed

-- What the archive refused. Texts that PostgreSQL may refuse are bytes here.
CREATE TABLE dead_letter (
    epoch      bigint  NOT NULL,
    log_offset bigint  NOT NULL,
    at_ms      bigint  NOT NULL,
    ts_us      bigint  NOT NULL,
    tenant     text    COLLATE "C" NOT NULL,
    id         text    COLLATE "C" NOT NULL,
    type       bytea   NOT NULL,
    scope      bytea   NOT NULL,
    body       bytea   NOT NULL,
    code       text    COLLATE "C" NOT NULL,
    reason     text    NOT NULL,
    attempts   integer NOT NULL,
    buried_ms  bigint  NOT NULL,
    PRIMARY KEY (epoch, log_offset)
);
CREATE INDEX dead_letter_by_code ON dead_letter (code, epoch, log_offset);

-- Roll-ups of the archived events, changed in the transaction that changes the events.
CREATE TABLE tally_type (
    tenant text   COLLATE "C" NOT NULL,
    type   text   COLLATE "C" NOT NULL,
    events bigint NOT NULL,
    PRIMARY KEY (tenant, type)
) WITH (fillfactor = 50);
CREATE TABLE tally_member (
    tenant text   COLLATE "C" NOT NULL,
    value  text   COLLATE "C" NOT NULL, -- of the member that tally_setting names
    events bigint NOT NULL,
    PRIMARY KEY (tenant, value)
) WITH (fillfactor = 50);
CREATE TABLE tally_minute (
    minute bigint NOT NULL, -- of arrival, since 1970
    tenant text   COLLATE "C" NOT NULL,
    events bigint NOT NULL,
    PRIMARY KEY (minute, tenant)
) WITH (fillfactor = 50);
CREATE TABLE tally_setting (
    name  text PRIMARY KEY,
    value text NOT NULL
);

-- Where the entries of each log are; every entry that was ever taken is in exactly one column.
CREATE TABLE log_count (
    epoch         bigint PRIMARY KEY,
    archived      bigint NOT NULL DEFAULT 0,
    dead_lettered bigint NOT NULL DEFAULT 0,
    purged        bigint NOT NULL DEFAULT 0,
    discarded     bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE VIEW events AS
SELECT to_timestamp(at_ms / 1000.0) AS arrived,
       to_timestamp(ts_us / 1000000.0) AS ts,
       tenant, id, type, scope::jsonb AS scope, body, epoch, log_offset
FROM event;
