package io.atalaya.config;

import io.atalaya.config.Setting.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is good enough as a secret. Pure functions; no answer quotes the secret. */
final class Secrets {
    /** Fewest characters of a signing key or operators' token. */
    static final int MIN_LENGTH = 32;

    /** Fewest characters of an API key that is not remarked on. */
    static final int MIN_API_KEY_LENGTH = 16;

    static final String HOW =
            "%d characters or more that nobody knows; make one with: openssl rand -hex 32".formatted(MIN_LENGTH);
    static final Kind<String> KIND = Kinds.text(HOW);

    private static final int MIN_DISTINCT = 8;
    private static final int LONGEST_UNIT = 16;

    /**
     * Parts of secrets that stand in tutorials, samples and templates, without punctuation: a secret that contains one
     * was copied, not made.
     */
    private static final List<String> PUBLISHED = List.of(
            "changeme",
            "changethis",
            "changeinproduction",
            "replaceme",
            "replacethis",
            "yoursecret",
            "yourjwtsecret",
            "your256bitsecret",
            "your512bitsecret",
            "yoursupersecret",
            "supersecret",
            "mysecret",
            "topsecret",
            "secretkey",
            "secretatleast256bits",
            "devsecret",
            "testsecret",
            "jwtsecret",
            "tabletokensecret",
            "insecure",
            "notsosecret",
            "password",
            "example",
            "placeholder",
            "donotuse",
            "0123456789abcdef",
            "abcdefghijklmnop",
            "1234567890123456",
            "qwertyuiop",
            "correcthorsebatterystaple");

    private Secrets() {}

    /** Why a secret of {@link #MIN_LENGTH} characters or more is wanted and this is none; empty when it is good. */
    static Optional<String> weakness(String secret) {
        if (secret.length() < MIN_LENGTH) {
            return Optional.of("(hidden) only %d characters".formatted(secret.length()));
        }
        return isPublished(secret) ? Optional.of("(hidden) a well-known or guessable value") : Optional.empty();
    }

    /** Whether a text stands in samples and templates, or is made of too little. */
    static boolean isPublished(String secret) {
        String bare = secret.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
        return bare.equals("secret")
                || PUBLISHED.stream().anyMatch(bare::contains)
                || secret.chars().distinct().count() < Math.min(MIN_DISTINCT, secret.length() / 2)
                || isRepetition(secret);
    }

    private static boolean isRepetition(String secret) {
        for (int unit = 1; unit <= Math.min(LONGEST_UNIT, secret.length() / 2); unit++) {
            if (secret.regionMatches(unit, secret, 0, secret.length() - unit)) {
                return true;
            }
        }
        return false;
    }
}
