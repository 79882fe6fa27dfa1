package io.atalaya.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which build this is. Stateless. */
public final class Version {
    private static final String BUILD = "/META-INF/maven/io.atalaya/atalaya/pom.properties";

    private Version() {}

    /** The version of the jar; {@code (not packaged)} when there is none. */
    public static String current() {
        var build = new Properties();
        try (InputStream in = Version.class.getResourceAsStream(BUILD)) {
            if (in != null) {
                build.load(in);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return build.getProperty("version", "(not packaged)");
    }
}
