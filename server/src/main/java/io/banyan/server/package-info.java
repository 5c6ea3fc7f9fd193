/// The server: what an operator starts, and what an application embeds for its tests.
///
/// In: a configuration ({@link io.banyan.server.config}). Out: a running server that owns its
/// directories, its ports and its threads until it is closed. Here the rooms are put together; what
/// they do stands in `host` (threads), `net` (sockets), `config`, and the rooms of operation.
@NullMarked
package io.banyan.server;

import org.jspecify.annotations.NullMarked;
