package io.atalaya.streams;

import io.atalaya.breaker.Breaker;

/**
 * How the log gets on with Redis. Immutable.
 *
 * @param connected whether what others store is heard
 * @param heard events heard since the start
 * @param missed events that were forgotten, or could not be read, before they were heard
 * @param outages times that Redis could not be read from
 * @param breaker the breaker around appends
 */
public record StreamStatus(boolean connected, long heard, long missed, long outages, Breaker.Snapshot breaker) {}
