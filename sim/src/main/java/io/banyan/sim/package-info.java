@NullMarked
package io.banyan.sim;

import org.jspecify.annotations.NullMarked;
