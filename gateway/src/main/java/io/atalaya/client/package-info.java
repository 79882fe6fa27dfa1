/**
 * A WebSocket and publish client for the command line, the demonstration, the bench and the tests.
 */
@NullMarked
package io.atalaya.client;

import org.jspecify.annotations.NullMarked;
