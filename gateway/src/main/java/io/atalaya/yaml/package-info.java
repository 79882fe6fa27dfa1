/**
 * YAML files as nodes that know where they stand, and the problems found in them. Profiles, settings and assignments
 * are read through it, so that every one of them reports all its problems at once and in the same words. Knows nothing
 * of what the files mean.
 */
@NullMarked
package io.atalaya.yaml;

import org.jspecify.annotations.NullMarked;
