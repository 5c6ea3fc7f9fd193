/// Microbenchmarks (JMH) of the paths that a request takes inside a server, without sockets,
/// threads or disk: `bin/bench --jmh [REGEX]`.
///
/// They answer "did this change make that path faster", not "how fast is the server"; for that
/// there is the suite. Every benchmark counts one request as one operation.
@NullMarked
package io.banyan.bench.jmh;

import org.jspecify.annotations.NullMarked;
