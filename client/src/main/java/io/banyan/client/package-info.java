/// The client of Banyan and of Apache ZooKeeper (3.5 and newer).
///
/// {@link io.banyan.client.Banyan} is the front door: blocking calls, one method for each
/// operation; {@link io.banyan.client.Banyan#async} has the same methods that answer with a {@code
/// CompletableFuture}. Both share one connection, one session and one order: requests are carried
/// out in the order in which they were made.
///
/// In: connect strings, requests, watchers, listeners. Out: values ({@link io.banyan.client.Node},
/// {@link io.banyan.client.Children}, {@link io.banyan.client.Created}), events ({@link
/// io.banyan.client.WatchEvent}, {@link io.banyan.client.SessionEvent}) and one family of
/// exceptions, {@link io.banyan.client.BanyanException}, which says of every failure whether a
/// write may have happened.
///
/// Threads: one network thread, which only talks to the server, and one event thread, on which
/// futures complete and watchers and listeners run, one after another, in the order of the server's
/// answers. A slow callback delays other callbacks and nothing else: no ping, no blocking call.
///
/// The protocol itself is {@code ClientCore}, a step function without threads, clocks or sockets;
/// {@code Engine} drives it with Netty.
///
/// Invariant: a write is sent at most once; a read may be sent again on a new connection. A request
/// belongs to the session in which it was made and fails with it.
@NullMarked
package io.banyan.client;

import org.jspecify.annotations.NullMarked;
