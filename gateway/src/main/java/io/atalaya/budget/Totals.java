package io.atalaya.budget;

/** What has been counted: what was bad, and all of it. Immutable. */
public record Totals(long bad, long total) {
    public static final Totals NONE = new Totals(0, 0);

    Totals plus(long moreBad, long more) {
        return new Totals(bad + moreBad, total + more);
    }

    /** What came on top of an earlier count. */
    public Totals since(Totals earlier) {
        return new Totals(bad - earlier.bad, total - earlier.total);
    }

    /** The share that was bad; not a number when nothing was counted. */
    public double badRatio() {
        return total == 0 ? Double.NaN : (double) bad / total;
    }
}
