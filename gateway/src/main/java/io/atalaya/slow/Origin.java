package io.atalaya.slow;

/**
 * Where a delivery comes from: what its latency is measured by. Immutable; one for each event, shared by all its
 * deliveries.
 *
 * @param type the index of the event's type among those that are told apart
 * @param id of the event
 * @param acceptedNanos when the event entered the gateway
 */
public record Origin(int type, String id, long acceptedNanos) {}
