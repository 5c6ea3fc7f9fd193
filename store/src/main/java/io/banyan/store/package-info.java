@NullMarked
package io.banyan.store;

import org.jspecify.annotations.NullMarked;
