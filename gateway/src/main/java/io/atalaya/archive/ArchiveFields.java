package io.atalaya.archive;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * By which members of an event's scope an archive can filter and count. Immutable.
 *
 * @param filters members that queries may select by, at most {@link #MAX_FILTERS}, each once
 * @param statistics the member that {@link Statistics#byMember} counts by; empty counts by type alone
 */
public record ArchiveFields(List<String> filters, Optional<String> statistics) {
    /** Most members that queries may select by; each costs something an event. */
    public static final int MAX_FILTERS = 8;

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");

    public ArchiveFields {
        filters = List.copyOf(filters);
        if (filters.size() > MAX_FILTERS || filters.stream().distinct().count() < filters.size()) {
            throw new IllegalArgumentException(
                    "archive filters: %s (expected: at most %d different members)".formatted(filters, MAX_FILTERS));
        }
        filters.forEach(ArchiveFields::requireName);
        statistics.ifPresent(ArchiveFields::requireName);
    }

    private static void requireName(String member) {
        if (!NAME.matcher(member).matches()) {
            throw new IllegalArgumentException(
                    "archive member: '%s' (expected: letters, digits and _, at most 64)".formatted(member));
        }
    }

    /** @throws IllegalArgumentException when a query filters by another member */
    public void requireKnown(EventQuery query) {
        for (String member : query.scope().keySet()) {
            if (!filters.contains(member)) {
                throw new IllegalArgumentException("%s: not a filter (expected: one of %s)".formatted(member, filters));
            }
        }
    }
}
