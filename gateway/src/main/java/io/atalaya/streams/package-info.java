/**
 * The log on Redis Streams, shared by several gateways. Every gateway reads everything; one consumer group hands each event
 * to one archive writer at a time.
 *
 * <p>A partition is a stream with dense offsets and a few keys beside it; what must happen at once happens in a script on
 * the server ({@code append.lua} and its neighbours), so no two gateways ever have to agree by talking to each other.
 * {@link io.atalaya.streams.Lane} groups the appends of one partition, {@link io.atalaya.streams.StreamReader} hears all
 * partitions, {@link io.atalaya.streams.ArchiveBacklog} is the archive's end, and
 * {@link io.atalaya.streams.HighWaterMarks} notices a Redis that has forgotten.
 */
@NullMarked
package io.atalaya.streams;

import org.jspecify.annotations.NullMarked;
