@NullMarked
package io.atalaya.kpiapi;

import org.jspecify.annotations.NullMarked;
