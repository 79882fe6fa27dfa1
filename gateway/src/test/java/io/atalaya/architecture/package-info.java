/**
 * The rules of the house, as data and as code that can be tested: who may import whom, which library where, how big
 * things may grow, and who owns a piece of state. {@code planted} holds a counter-example for each rule.
 */
@NullMarked
package io.atalaya.architecture;

import org.jspecify.annotations.NullMarked;
