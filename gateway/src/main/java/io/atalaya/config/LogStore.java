package io.atalaya.config;

/** Where the log is kept. */
public enum LogStore {
    /** In this process; gone with it. */
    MEMORY,
    /** In Redis Streams, shared by several gateways. */
    REDIS
}
