package io.atalaya.exposition;

import io.atalaya.management.Sample;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Sends samples by OTLP, as protobuf over HTTP. Confined to the thread that sends. */
public final class OtlpExport implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final long NANOS_A_SECOND = 1_000_000_000L;

    private final OtlpHttpMetricExporter exporter;
    private final Function<Sample, MetricSnapshots> vocabulary;

    /** @param vocabulary names what is sent */
    public OtlpExport(URI endpoint, Function<Sample, MetricSnapshots> vocabulary) {
        this.vocabulary = vocabulary;
        this.exporter = OtlpHttpMetricExporter.builder()
                .setEndpoint(endpoint.toString())
                .setTimeout(TIMEOUT)
                .setRetryPolicy(null)
                .build();
    }

    /**
     * Sends a sample and waits until it has been taken.
     *
     * @throws IllegalStateException when it was not
     */
    public void send(Sample sample) {
        var span = new OtlpData.Span(nanos(sample.process().startedAt()), nanos(sample.instant()));
        Collection<MetricData> data = OtlpData.of(vocabulary.apply(sample), resource(sample.identity()), span);
        CompletableResultCode result = exporter.export(data).join(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        if (!result.isSuccess()) {
            throw new IllegalStateException("metrics-otlp-endpoint: not taken (expected: a 2xx answer)");
        }
    }

    private static Resource resource(Sample.Identity identity) {
        return Resource.create(Attributes.builder()
                .put("service.name", identity.service())
                .put("service.version", identity.version())
                .put("deployment.environment.name", identity.environment())
                .put(
                        "service.instance.id",
                        Long.toString(ProcessHandle.current().pid()))
                .build());
    }

    private static long nanos(Instant instant) {
        return instant.getEpochSecond() * NANOS_A_SECOND + instant.getNano();
    }

    @Override
    public void close() {
        exporter.shutdown().join(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }
}
