package io.atalaya.gateway;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has to be closed, the last opened first. Confined to whoever starts and stops the gateway. */
final class Closing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

    private final Deque<Step> steps = new ArrayDeque<>();

    private record Step(String name, AutoCloseable part) {}

    /** Remembers a part that is open. */
    void add(String name, AutoCloseable part) {
        steps.push(new Step(name, part));
    }

    /** Closes everything; a part that fails to close keeps no other open. */
    @Override
    public void close() {
        while (!steps.isEmpty()) {
            Step step = steps.pop();
            try {
                step.part().close();
            } catch (Exception failure) {
                LOG.atWarn().addKeyValue("part", step.name()).setCause(failure).log("could not be closed");
            }
        }
    }
}
