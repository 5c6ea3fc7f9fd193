@NullMarked
package io.banyan.server;

import org.jspecify.annotations.NullMarked;
