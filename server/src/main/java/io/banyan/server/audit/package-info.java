/// Who changed what: one line per event for ZooKeeper's audit log.
///
/// In: {@link io.banyan.server.audit.AuditEvent}s. Out: lines of the logger whose name ZooKeeper's
/// log settings know.
///
/// Invariant: an event is one line, whatever a client put into a path or a user name.
@NullMarked
package io.banyan.server.audit;

import org.jspecify.annotations.NullMarked;
