/**
 * Rules, alerts, their tests, dashboards, configurations and the report, made from the objectives and the catalogue.
 */
@NullMarked
package io.atalaya.generate;

import org.jspecify.annotations.NullMarked;
