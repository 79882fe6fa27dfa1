package io.atalaya.assignment;

import java.util.Map;

/**
 * One thing assigned to a user. Immutable.
 *
 * @param scope values by event member name, for example {@code branch_id=1, sector_id=5}; a member that is absent
 *     means "any" (a sector of all branches)
 */
public record Assignment(Map<String, String> scope) {
    public Assignment {
        scope = Map.copyOf(scope);
    }
}
