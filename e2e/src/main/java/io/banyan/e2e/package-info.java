@NullMarked
package io.banyan.e2e;

import org.jspecify.annotations.NullMarked;
