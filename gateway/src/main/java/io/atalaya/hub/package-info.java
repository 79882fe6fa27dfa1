/**
 * Shared-nothing delivery. An event loop owns a shard: its sessions, their topic index and
 * its counters. Others reach a shard only through its inbox. Knows nothing of HTTP.
 */
@NullMarked
package io.atalaya.hub;

import org.jspecify.annotations.NullMarked;
