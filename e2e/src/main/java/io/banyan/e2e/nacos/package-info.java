/// Unmodified Nacos clients of many versions against Banyan: `bin/e2e nacos`.
///
/// Each client is a process of its own with its own jars ({@link io.banyan.e2e.nacos.Probe} for
/// Java, `probe.js` for Node), told line by line what to do. A case gets servers and clients and
/// throws if something is not as it must be; the matrix runs every case with every client.
@NullMarked
package io.banyan.e2e.nacos;

import org.jspecify.annotations.NullMarked;
