/**
 * Single-writer counters and histograms, immutable snapshots of them, and Prometheus text in several vocabularies.
 */
@NullMarked
package io.atalaya.metrics;

import org.jspecify.annotations.NullMarked;
