package io.atalaya.capacity;

/** What a gateway can run out of before it runs out of memory. */
public enum Resource {
    /** Sessions open at once. */
    CONNECTIONS("connections"),
    /** Events written to sockets, each session counted, in a second. */
    DELIVERIES("deliveries_per_second"),
    /** Events accepted, so committed, in a second. */
    EVENTS("events_per_second");

    private final String word;

    Resource(String word) {
        this.word = word;
    }

    /** The name in files, metrics and answers. */
    public String word() {
        return word;
    }
}
