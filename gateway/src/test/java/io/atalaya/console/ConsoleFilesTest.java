package io.atalaya.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.management.Exchange;
import io.atalaya.management.Exchange.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the console, and nothing else. */
final class ConsoleFilesTest {
    private int reads;
    private final ConsoleFiles files = new ConsoleFiles(
            () -> {
                reads++;
                return Map.of(
                        "index.html", Asset.of("index.html", "<!doctype html><title>Console</title>".getBytes(UTF_8)),
                        "app.js", Asset.of("app.js", "// a line\n".repeat(500).getBytes(UTF_8)),
                        "lib/chart.css", Asset.of("lib/chart.css", "a{}".getBytes(UTF_8)),
                        "examples/waiter.html", Asset.of("examples/waiter.html", "<!doctype html>".getBytes(UTF_8)));
            },
            Runnable::run);

    private Exchange get(String path) {
        return Exchange.of(files.routes(), path);
    }

    @ParameterizedTest
    @CsvSource({
        "/,                       text/html; charset=utf-8",
        "/console/,               text/html; charset=utf-8",
        "/console/index.html,     text/html; charset=utf-8",
        "/console/app.js,         text/javascript; charset=utf-8",
        "/console/lib/chart.css,  text/css; charset=utf-8",
        "/console/app.js?v=2,     text/javascript; charset=utf-8",
    })
    void whatIsThereIsServedWithItsTypeAndAStrictPolicy(String path, String type) {
        Answer answer = get(path).answer();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers())
                .containsEntry("content-type", type)
                .containsEntry("cache-control", "no-cache")
                .containsEntry("cross-origin-opener-policy", "same-origin")
                .containsEntry("content-security-policy", ConsoleFiles.POLICY);
        assertThat(ConsoleFiles.POLICY)
                .startsWith("default-src 'none';")
                .contains("frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'")
                .doesNotContain("unsafe", "http");
    }

    @Test
    void anExampleMayConnectToAGatewayAndNothingElseThatTheConsoleMayNot() {
        var headers = get("/console/examples/waiter.html").answer().headers();
        String policy = headers.getOrDefault("content-security-policy", "");

        assertThat(policy.replace(" ws: wss: http: https:", "")).isEqualTo(ConsoleFiles.POLICY);
        assertThat(policy).contains("connect-src 'self' ws: wss: http: https:;").doesNotContain("unsafe");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/console/nothing.js",
                "/console/../app.js",
                "/console/..%2fapp.js",
                "/console/%2e%2e/%2e%2e/etc/passwd",
                "/console/....//app.js",
                "/console//app.js",
                "/console/lib",
                "/console/lib/",
                "/console/lib/../app.js",
                "/console/app.js/",
                "/console/app%2ejs",
                "/console/app.js%00.html",
                "/console/\\app.js",
                "/console/ConsoleFiles.class",
            })
    void noPathLeadsAnywhereElse(String path) {
        assertThat(get(path).answer().status()).isEqualTo(404);
    }

    @Test
    void aBrowserThatHasTheFileIsToldSo() {
        Answer first = get("/console/app.js").answer();
        String tag = first.headers().getOrDefault("etag", "");

        Answer again = get("/console/app.js").with("if-none-match", tag).answer();
        Answer other = get("/console/app.js").with("if-none-match", "\"other\"").answer();
        Answer listed = get("/console/app.js")
                .with("if-none-match", "\"other\", " + tag)
                .answer();

        assertThat(tag).matches("\"[0-9a-f]{24}\"");
        assertThat(again.status()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(again.headers()).containsEntry("etag", tag);
        assertThat(other.status()).isEqualTo(200);
        assertThat(listed.status()).isEqualTo(304);
    }

    @ParameterizedTest
    @CsvSource({
        "gzip,            gzip",
        "'br, gzip;q=0.5',gzip",
        "GZIP,            gzip",
        "gzip;q=0,        ''",
        "'gzip; q=0.0',   ''",
        "br,              ''",
        "'',              ''",
    })
    void aLongFileIsCompressedForWhoAcceptsIt(String accepted, String coding) {
        Exchange exchange = get("/console/app.js");
        Answer answer = (accepted.isEmpty() ? exchange : exchange.with("accept-encoding", accepted)).answer();

        assertThat(answer.headers().getOrDefault("content-encoding", "")).isEqualTo(coding);
        assertThat(answer.headers()).containsEntry("vary", "accept-encoding");
        assertThat(answer.headers().getOrDefault("etag", "").endsWith("-gz\"")).isEqualTo(!coding.isEmpty());
    }

    @Test
    void aFileThatCompressionWouldNotShortenIsSentAsItIs() {
        Answer answer =
                get("/console/lib/chart.css").with("accept-encoding", "gzip").answer();

        assertThat(answer.headers()).doesNotContainKey("content-encoding");
        assertThat(answer.body()).isEqualTo("a{}");
    }

    @Test
    void theFilesAreReadOnceAndNotBeforeSomebodyAsks() {
        assertThat(reads).isZero();

        get("/").answer();
        get("/console/app.js").answer();

        assertThat(reads).isEqualTo(1);
    }

    @Test
    void onlyFilesAreTakenFromAFolderAndNoClasses(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("lib/deep"));
        Files.writeString(folder.resolve("index.html"), "index");
        Files.writeString(folder.resolve("lib/deep/x.js"), "x");
        Files.writeString(folder.resolve("Secret.class"), "secret");

        assertThat(ShippedFiles.under(folder)).containsOnlyKeys("index.html", "lib/deep/x.js");
    }
}
