@NullMarked
package io.banyan.bench;

import org.jspecify.annotations.NullMarked;
