@NullMarked
package io.atalaya.alerting;

import org.jspecify.annotations.NullMarked;
