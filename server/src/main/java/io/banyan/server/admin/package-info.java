/// The admin server: ZooKeeper's commands over HTTP as JSON, readiness and liveness for
/// orchestrators, and the Prometheus endpoint.
///
/// In: HTTP requests of operators, {@link io.banyan.server.operate.Operator} and {@link
/// io.banyan.server.operate.ServerFacts}. Out: JSON with ZooKeeper's keys and spacing.
///
/// Invariant: a request here never runs on a thread that serves clients of the tree, and never more
/// than a handful of threads run here at all.
@NullMarked
package io.banyan.server.admin;

import org.jspecify.annotations.NullMarked;
