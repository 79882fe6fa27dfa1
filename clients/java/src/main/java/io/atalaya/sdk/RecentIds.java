package io.atalaya.sdk;

import java.util.LinkedHashSet;

/** The ids of the latest events; forgets the oldest first. Confined to the thread of the handlers. */
final class RecentIds {
    private final LinkedHashSet<String> ids = new LinkedHashSet<>();
    private final int most;

    RecentIds(int most) {
        this.most = most;
    }

    /** Remembers an id; false when it was known. */
    boolean add(String id) {
        if (!ids.add(id)) {
            return false;
        }
        if (ids.size() > most) {
            var oldest = ids.iterator();
            oldest.next();
            oldest.remove();
        }
        return true;
    }
}
