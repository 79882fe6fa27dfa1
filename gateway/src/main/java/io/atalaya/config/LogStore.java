package io.atalaya.config;

/** Where the log is kept. */
public enum LogStore {
    /** In a file of the data directory, which also holds the archive when there is no database. */
    EMBEDDED,
    /** In memory: gone with the process. For trials and tests. */
    MEMORY,
    /** In Redis Streams, shared by several gateways. */
    REDIS
}
