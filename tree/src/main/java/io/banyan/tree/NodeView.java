package io.banyan.tree;

import io.banyan.wire.Acl;
import io.banyan.wire.Stat;
import io.banyan.wire.StatPersisted;
import java.util.List;

/// One znode without its data, for who wants to look at it rather than answer a client.
///
/// @param stat as clients see it
/// @param persisted as snapshots keep it
public record NodeView(Stat stat, List<Acl> acl, StatPersisted persisted) {}
