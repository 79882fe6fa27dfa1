@NullMarked
package io.atalaya.cli.slo;

import org.jspecify.annotations.NullMarked;
