/// Nacos's HTTP interfaces, v1 as 1.x clients and npm speak it, v2 and v3 as far as clients and
/// scripts use them.
///
/// In come requests, out go answers, byte for byte as those clients parse them. Handlers run on the
/// network's threads and must not block; whatever waits is a future.
@NullMarked
package io.banyan.nacos.http;

import org.jspecify.annotations.NullMarked;
