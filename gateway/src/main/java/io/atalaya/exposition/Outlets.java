package io.atalaya.exposition;

import io.atalaya.management.Sample;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** Where metrics go by themselves: the history on disk and a collector. Immutable; made of thread-safe parts. */
public final class Outlets implements AutoCloseable {
    private static final String DIRECTORY = "metrics";

    private final List<SampleLoop> loops = new ArrayList<>();
    private final List<OtlpExport> exports = new ArrayList<>();

    /**
     * Prepares what is configured; nothing runs yet.
     *
     * @param dataDir where the history is kept
     * @param view gathers a sample
     * @param vocabulary names what is sent
     */
    public Outlets(
            ExpositionConfig config,
            Path dataDir,
            Supplier<CompletionStage<Sample>> view,
            Function<Sample, MetricSnapshots> vocabulary) {
        if (!config.historyInterval().isZero()) {
            var file = new HistoryFile(dataDir.resolve(DIRECTORY), config.historyMaxBytes(), config.historyMaxAge());
            loops.add(new SampleLoop(
                    "atalaya-history",
                    config.historyInterval(),
                    view,
                    sample -> file.append(sample.instant(), HistoryLine.of(sample))));
        }
        config.otlpEndpoint().ifPresent(endpoint -> {
            var export = new OtlpExport(endpoint, vocabulary);
            exports.add(export);
            loops.add(new SampleLoop("atalaya-otlp", config.otlpInterval(), view, export::send));
        });
    }

    /** Begins. */
    public void start() {
        loops.forEach(SampleLoop::start);
    }

    @Override
    public void close() {
        loops.forEach(SampleLoop::close);
        exports.forEach(OtlpExport::close);
    }
}
