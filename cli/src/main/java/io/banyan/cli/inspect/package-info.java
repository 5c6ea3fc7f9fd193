/// Looking at servers from outside: are they well, and what do they do.
///
/// Enters: a configuration file, or servers' addresses. Leaves: findings with advice, or a table
/// that is drawn again and again. Servers are asked by four-letter words on their client port, so
/// it works with ZooKeeper's as well; nothing needs a session.
@NullMarked
package io.banyan.cli.inspect;

import org.jspecify.annotations.NullMarked;
