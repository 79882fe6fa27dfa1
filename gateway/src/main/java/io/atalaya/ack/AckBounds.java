package io.atalaya.ack;

/**
 * Most entries that a store keeps, settled ones included. Immutable.
 *
 * @param all of everybody together
 * @param ofTenant of one tenant
 * @param ofPrincipal of one principal, whatever number of devices it claims to have
 */
public record AckBounds(int all, int ofTenant, int ofPrincipal) {
    private static final int PRINCIPALS = 50;

    public AckBounds {
        if (all < 1 || ofTenant < 1 || ofPrincipal < 1) {
            throw new IllegalArgumentException(
                    "acknowledgements kept: %d, %d a tenant, %d a principal (expected: at least 1)"
                            .formatted(all, ofTenant, ofPrincipal));
        }
    }

    /** Shares of so many that leave room for others: half for a tenant, a fiftieth for a principal. */
    public static AckBounds of(int all) {
        return new AckBounds(all, Math.ceilDiv(all, 2), Math.ceilDiv(all, PRINCIPALS));
    }
}
