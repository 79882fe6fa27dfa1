package io.atalaya.acceptance;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What a test has started around its gateway; closed after it, the latest first. Confined to the test's thread. */
final class Parts implements AfterEachCallback {
    private final List<AutoCloseable> parts = new ArrayList<>();

    <T extends AutoCloseable> T add(T part) {
        parts.add(part);
        return part;
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (AutoCloseable part : parts.reversed()) {
            part.close();
        }
    }
}
