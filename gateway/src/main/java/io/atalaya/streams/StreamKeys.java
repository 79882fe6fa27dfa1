package io.atalaya.streams;

/**
 * The keys of one partition. Immutable. The braces put all of them into one slot of a Redis cluster.
 *
 * @param stream the events
 * @param account a hash: epoch, head, floor and sums
 * @param ids a hash: tenant and id of an event → its offset and time
 * @param order a list of the names in {@code ids}, oldest first
 * @param readers a hash: gateway → how far it has heard, and when it said so
 */
record StreamKeys(String stream, String account, String ids, String order, String readers) {
    static StreamKeys of(int partition) {
        String stream = "atalaya:log:{" + partition + "}";
        return new StreamKeys(stream, stream + ":account", stream + ":ids", stream + ":order", stream + ":readers");
    }

    String[] all() {
        return new String[] {stream, account, ids, order, readers};
    }
}
