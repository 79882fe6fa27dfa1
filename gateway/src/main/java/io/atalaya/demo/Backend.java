package io.atalaya.demo;

import io.atalaya.client.ClientLoops;
import io.atalaya.client.publish.PublishBody;
import io.atalaya.client.publish.PublishOutcome;
import io.atalaya.client.publish.PublishTarget;
import io.atalaya.client.publish.Publisher;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The restaurants' own software, which tells the gateway what happens. Thread-safe: immutable, and outcomes are
 * written to the ledger, which is.
 */
final class Backend implements AutoCloseable {
    private final Map<Integer, Publisher> publishers;
    private final LongSupplier nanoClock;

    /** @param keys API key by tenant */
    Backend(ClientLoops loops, int port, Map<Integer, String> keys, LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        URI uri = URI.create("http://127.0.0.1:" + port + PublishTarget.PATH);
        var byTenant = new HashMap<Integer, Publisher>();
        keys.forEach((tenant, key) -> byTenant.put(tenant, new Publisher(loops, PublishTarget.of(uri, key))));
        publishers = Map.copyOf(byTenant);
    }

    /** Publishes what happens; events of one restaurant arrive in their order. */
    void publish(Step step, Ledger ledger) {
        Publisher publisher = publishers.get(step.restaurant().tenant());
        if (publisher == null) {
            throw new IllegalArgumentException("tenant %d (expected: one of %s)"
                    .formatted(step.restaurant().tenant(), publishers.keySet()));
        }
        ledger.onPublishing(step, nanoClock.getAsLong());
        publisher.publish(PublishBody.json(step.json())).thenAccept(outcome -> {
            switch (outcome) {
                case PublishOutcome.Accepted _ -> {}
                case PublishOutcome.Refused refused ->
                    ledger.onRefused(step, refused.problem().describe());
                case PublishOutcome.Unanswered unanswered -> ledger.onRefused(step, unanswered.what());
                case PublishOutcome.NotSent notSent -> ledger.onRefused(step, notSent.what());
            }
        });
    }

    @Override
    public void close() {
        publishers.values().forEach(Publisher::close);
    }
}
