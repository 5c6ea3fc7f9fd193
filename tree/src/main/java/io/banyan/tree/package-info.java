@NullMarked
package io.banyan.tree;

import org.jspecify.annotations.NullMarked;
