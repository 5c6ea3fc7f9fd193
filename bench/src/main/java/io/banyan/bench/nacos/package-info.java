/// Load on a Nacos door over raw HTTP/1.1: callers that ask as fast as they are answered, and a
/// herd of listeners that hang.
@NullMarked
package io.banyan.bench.nacos;

import org.jspecify.annotations.NullMarked;
