package io.atalaya.capacity;

/**
 * What a gateway bears at one moment. Immutable.
 *
 * @param connections open now
 * @param deliveries made since the process began
 * @param events accepted since the process began
 */
public record Load(long connections, long deliveries, long events) {}
