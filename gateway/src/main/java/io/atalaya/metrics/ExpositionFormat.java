package io.atalaya.metrics;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;

/** How metrics are written for a scraper. */
public enum ExpositionFormat {
    /** Prometheus text, version 0.0.4. */
    TEXT(PrometheusTextFormatWriter.create()),
    /** OpenMetrics text, version 1.0.0. */
    OPEN_METRICS(OpenMetricsTextFormatWriter.create());

    private final ExpositionFormatWriter writer;

    ExpositionFormat(ExpositionFormatWriter writer) {
        this.writer = writer;
    }

    /** The media type with its version. */
    public String contentType() {
        return writer.getContentType();
    }

    /** The families as text, UTF-8. */
    public byte[] write(MetricSnapshots families) {
        var out = new ByteArrayOutputStream(32 * 1024);
        try {
            writer.write(out, families);
        } catch (IOException e) {
            throw new UncheckedIOException("an array accepts every byte", e);
        }
        return out.toByteArray();
    }

    /** What a client prefers, by the weights of its Accept field (RFC 9110 section 12.5.1). Immutable. */
    public record Preference(double text, double openMetrics, double json) {
        private static final int ANY = 0;
        private static final int TYPE = 1;
        private static final int EXACT = 2;

        /** @param accept the value of the field; empty when there is none */
        public static Preference of(String accept) {
            double text = 0;
            double openMetrics = 0;
            double json = 0;
            int textBy = -1;
            for (String range : accept.split(",", -1)) {
                String[] parts = range.toLowerCase(Locale.ROOT).split(";", -1);
                String media = parts[0].strip();
                double weight = weight(parts);
                switch (media) {
                    case "application/json" -> json = Math.max(json, weight);
                    case "application/openmetrics-text" ->
                        openMetrics = Math.max(openMetrics, speaksOurs(parts) ? weight : 0);
                    case "text/plain", "text/*", "*/*" -> {
                        int by = media.equals("text/plain") ? EXACT : media.equals("text/*") ? TYPE : ANY;
                        text = by > textBy ? weight : by == textBy ? Math.max(text, weight) : text;
                        textBy = Math.max(textBy, by);
                    }
                    default -> {}
                }
            }
            return new Preference(text, openMetrics, json);
        }

        /** Whether JSON stands above everything else that could be served; a tie is text's. */
        public boolean prefersJson() {
            return json > Math.max(text, openMetrics);
        }

        /** The text format to serve: OpenMetrics only to who names it and does not like the other better. */
        public ExpositionFormat format() {
            return openMetrics > 0 && openMetrics >= text ? OPEN_METRICS : TEXT;
        }

        private static boolean speaksOurs(String[] parts) {
            for (int i = 1; i < parts.length; i++) {
                String parameter = parts[i].strip().replace("\"", "");
                if (parameter.startsWith("version=") && !parameter.equals("version=1.0.0")) {
                    return false;
                }
            }
            return true;
        }

        private static double weight(String[] parts) {
            for (int i = 1; i < parts.length; i++) {
                String parameter = parts[i].strip();
                if (parameter.startsWith("q=")) {
                    return parsed(parameter.substring(2));
                }
            }
            return 1;
        }

        private static double parsed(String weight) {
            try {
                double value = Double.parseDouble(weight.strip());
                return value >= 0 && value <= 1 ? value : 0;
            } catch (NumberFormatException _) {
                return 0;
            }
        }
    }
}
