/**
 * The commands about objectives and their budgets: {@code atalaya slo …}.
 */
@NullMarked
package io.atalaya.cli.slo;

import org.jspecify.annotations.NullMarked;
