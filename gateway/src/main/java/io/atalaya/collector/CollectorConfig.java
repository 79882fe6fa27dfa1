package io.atalaya.collector;

/**
 * Who may use the collector's paths without an API key, for the tenant that the profile names. Immutable.
 *
 * @param anonymousHere callers on this machine that come straight and address it as such
 * @param anonymousEverywhere everyone
 */
public record CollectorConfig(boolean anonymousHere, boolean anonymousEverywhere) {}
