/**
 * Settings from one YAML file and the environment into the records that the components own; every problem at once.
 */
@NullMarked
package io.atalaya.config;

import org.jspecify.annotations.NullMarked;
