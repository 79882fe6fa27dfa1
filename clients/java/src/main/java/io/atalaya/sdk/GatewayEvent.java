package io.atalaya.sdk;

import java.util.Optional;

/**
 * An event. Immutable.
 *
 * @param type its {@code type}
 * @param id unique within its tenant
 * @param cursor where the log continues after it; empty for events that are never replayed
 * @param redelivered sent again, because nobody acknowledged it
 * @param json the whole event as published, with what the gateway adds
 */
public record GatewayEvent(String type, String id, Optional<String> cursor, boolean redelivered, String json) {}
