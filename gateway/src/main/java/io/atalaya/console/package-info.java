/**
 * The operators' console: its pages, and what they ask for besides what other packages answer.
 */
@NullMarked
package io.atalaya.console;

import org.jspecify.annotations.NullMarked;
