/** What a trial on this machine needs: a gateway in this process with secrets and data of its own. */
@NullMarked
package io.atalaya.cli.trial;

import org.jspecify.annotations.NullMarked;
