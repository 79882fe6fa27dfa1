package io.atalaya.sdk;

import java.util.Optional;

/**
 * Events that cannot be had any more. Immutable.
 *
 * @param reason {@code retention}, {@code ahead}, {@code epoch} or {@code slow}
 * @param cursor where the stream continues
 * @param json the whole message
 */
public record Gap(String reason, Optional<String> cursor, String json) {}
