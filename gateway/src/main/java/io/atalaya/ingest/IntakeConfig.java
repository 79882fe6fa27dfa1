package io.atalaya.ingest;

import java.util.Map;

/**
 * Limits and keys of the ways in. Immutable. Holds secrets: {@link #toString} does not show them.
 *
 * @param publishKeys API keys that may publish, with the tenant they speak for; {@code *} speaks for every tenant
 * @param queryKeys API keys that may read, likewise
 * @param maxEventBytes longest event
 * @param maxRequestBytes longest publish request
 * @param maxEventsPerRequest most events in one request
 * @param maxUncommitted events accepted but not yet committed, over all requests; more are refused (429)
 */
public record IntakeConfig(
        Map<String, String> publishKeys,
        Map<String, String> queryKeys,
        int maxEventBytes,
        int maxRequestBytes,
        int maxEventsPerRequest,
        int maxUncommitted) {

    public IntakeConfig {
        publishKeys = Map.copyOf(publishKeys);
        queryKeys = Map.copyOf(queryKeys);
    }

    @Override
    public String toString() {
        return "IntakeConfig[publishKeys=%d, queryKeys=%d]".formatted(publishKeys.size(), queryKeys.size());
    }
}
