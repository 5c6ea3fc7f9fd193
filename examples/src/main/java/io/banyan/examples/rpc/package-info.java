/// A tiny RPC whose servers register and whose clients discover: how an application uses the client
/// library.
///
/// {@link io.banyan.examples.rpc.RpcServer} answers one text with another and keeps itself in the
/// {@link io.banyan.client.recipes.ServiceRegistry}; {@link io.banyan.examples.rpc.RpcClient} sends
/// each call to one of the instances that a {@link io.banyan.client.recipes.ServiceView} knows, and
/// to another when that one does not answer. {@link io.banyan.examples.rpc.Demo} runs both from a
/// command line.
///
/// On the wire: one line, the text, and one line back. Calls are repeated, so they must be such
/// that twice does no harm.
@NullMarked
package io.banyan.examples.rpc;

import org.jspecify.annotations.NullMarked;
