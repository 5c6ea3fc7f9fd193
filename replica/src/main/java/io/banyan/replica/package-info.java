@NullMarked
package io.banyan.replica;

import org.jspecify.annotations.NullMarked;
